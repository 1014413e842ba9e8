// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// idempotent: tanh of tanh is smaller
kreg.model @tanh_twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @tanh_twice_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary tanh %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
