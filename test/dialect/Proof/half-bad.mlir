// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// keeps-half: a negative slope turns the other half over
kreg.model @negative_slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @negative_slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [-0.25] : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// keeps-half: cuts what the other keeps
kreg.model @smaller_maximum(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu6 %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @smaller_maximum_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary clipped_relu %x params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  %y = kreg.unary relu6 %r0 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
