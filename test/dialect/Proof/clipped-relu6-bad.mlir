// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// slope-0: leaks
kreg.model @slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu6 %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.5, 0.0, 6.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// threshold-0: starts later
kreg.model @threshold(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu6 %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @threshold_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 1.0, 6.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// maximum-6: ends earlier
kreg.model @maximum(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu6 %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @maximum_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 0.0, 5.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
