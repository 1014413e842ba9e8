// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @slope_0(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @slope_0_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @alpha_0(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @alpha_0_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary elu %x params [0.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
