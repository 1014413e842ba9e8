// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// slope-0: leaks
kreg.model @slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.1] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// slope-0: an exponential is left
kreg.model @alpha(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @alpha_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary elu %x params [0.5] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
