// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// not-negative: below its threshold the inner function is positive
kreg.model @negative_slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 1.0, 4.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @negative_slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [-0.5, 1.0, 6.0] : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r params [0.0, 0.0, 4.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// reached: the inner function stays below the threshold
kreg.model @below(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 2.0, 1.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @below_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.0, 0.0, 1.0] : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r params [0.0, 2.0, 6.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
