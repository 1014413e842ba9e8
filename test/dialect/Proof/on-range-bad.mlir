// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// non-negative: tanh has both signs
kreg.model @relu_of_tanh(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @relu_of_tanh_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// non-negative: tanh has both signs
kreg.model @abs_of_tanh(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @abs_of_tanh_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary abs %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
