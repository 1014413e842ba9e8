// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// Numbers of a file are compared as Keras uses them: rounded to float32.
kreg.model @slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.3] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.30000001192092896] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// The next float32 is another number, and an input shows it.
kreg.model @next_slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.3] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @next_slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.30000004172325134] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.variable @m : tensor<4xf32>
kreg.variable @v : tensor<4xf32>
kreg.model @epsilon(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = kreg.read @m : tensor<4xf32>
  %v = kreg.read @v : tensor<4xf32>
  %y = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1 trained : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @epsilon_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = kreg.read @m : tensor<4xf32>
  %v = kreg.read @v : tensor<4xf32>
  %y = kreg.batch_norm %x mean %m variance %v epsilon 0.0010000000474974513 axis 1 trained : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Of double precision tensors nothing is rounded.
kreg.model @double(%x: tensor<?x4xf64>) -> tensor<?x4xf64> {
  %y = kreg.unary leaky_relu %x params [0.3] : tensor<?x4xf64>
  kreg.return %y : tensor<?x4xf64>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @double_b(%x: tensor<?x4xf64>) -> tensor<?x4xf64> {
  %y = kreg.unary leaky_relu %x params [0.30000001192092896] : tensor<?x4xf64>
  kreg.return %y : tensor<?x4xf64>
}

// -----

// +0 and -0 are one number
kreg.variable @w trainable : tensor<2xf32> = dense<[0.0, 1.0]> : tensor<2xf32>
kreg.variable @v trainable : tensor<2xf32> = dense<[-0.0, 1.0]> : tensor<2xf32>
kreg.model @minus_zero(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = kreg.read @w : tensor<2xf32>
  %y = kreg.binary mul %x, %w : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @minus_zero_b(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = kreg.read @v : tensor<2xf32>
  %y = kreg.binary mul %x, %w : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
