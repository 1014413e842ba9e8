// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// even: tanh is odd
kreg.model @tanh_of_abs(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @tanh_of_abs_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary abs %x : tensor<?x4xf32>
  %y = kreg.unary tanh %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
