// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// ReLU(max_value) and ReLU(threshold) in one
kreg.model @split(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 1.0, 4.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @split_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.0, 1.0, 0x7FF0000000000000] : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r params [0.0, 0.0, 4.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Of two thresholds the larger, of two maxima the smaller
kreg.model @two(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 2.0, 4.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @two_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.0, 1.0, 4.0] : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r params [0.0, 2.0, 6.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// A slope below is cut off
kreg.model @slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 1.0, 4.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.25, 1.0, 4.0] : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
