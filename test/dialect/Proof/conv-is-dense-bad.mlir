// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// in-place: two positions of four, the padding among them
kreg.variable @kernel trainable : tensor<4x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.variable @window trainable : tensor<1x4x2xf32> = dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]]> : tensor<1x4x2xf32>
kreg.model @strided(%x: tensor<?x2x4xf32>) -> tensor<?x2x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %y = kreg.dense %x, %k : (tensor<?x2x4xf32>, tensor<4x2xf32>) -> tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @strided_b(%x: tensor<?x2x4xf32>) -> tensor<?x2x2xf32> {
  %k = kreg.read @window : tensor<1x4x2xf32>
  %y = kreg.conv %x, %k strides [2] dilations [1] pads [1] to [1] : (tensor<?x2x4xf32>, tensor<1x4x2xf32>) -> tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}
