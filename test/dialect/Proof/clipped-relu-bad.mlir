// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// threshold-0: starts later
kreg.model @threshold(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.25] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @threshold_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.25, 1.0, 0x7FF0000000000000] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// no-maximum: ends
kreg.model @maximum(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.25] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @maximum_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.25, 0.0, 4.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
