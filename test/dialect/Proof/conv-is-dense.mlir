// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.variable @kernel trainable : tensor<4x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.variable @window trainable : tensor<1x4x2xf32> = dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]]> : tensor<1x4x2xf32>
kreg.model @window_of_one(%x: tensor<?x2x4xf32>) -> tensor<?x2x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %y = kreg.dense %x, %k : (tensor<?x2x4xf32>, tensor<4x2xf32>) -> tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @window_of_one_b(%x: tensor<?x2x4xf32>) -> tensor<?x2x2xf32> {
  %k = kreg.read @window : tensor<1x4x2xf32>
  %y = kreg.conv %x, %k strides [1] dilations [1] pads [0] to [0] : (tensor<?x2x4xf32>, tensor<1x4x2xf32>) -> tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}

// -----

// Its own padding is a pad
kreg.variable @kernel trainable : tensor<2x3xf32> = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
kreg.variable @window trainable : tensor<1x2x3xf32> = dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
kreg.model @padded(%x: tensor<?x4x2xf32>) -> tensor<?x6x3xf32> {
  %k = kreg.read @kernel : tensor<2x3xf32>
  %z = kreg.pad %x low [0, 1, 0] high [0, 1, 0] : (tensor<?x4x2xf32>) -> tensor<?x6x2xf32>
  %y = kreg.dense %z, %k : (tensor<?x6x2xf32>, tensor<2x3xf32>) -> tensor<?x6x3xf32>
  kreg.return %y : tensor<?x6x3xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @padded_b(%x: tensor<?x4x2xf32>) -> tensor<?x6x3xf32> {
  %k = kreg.read @window : tensor<1x2x3xf32>
  %y = kreg.conv %x, %k strides [1] dilations [1] pads [1] to [1] : (tensor<?x4x2xf32>, tensor<1x2x3xf32>) -> tensor<?x6x3xf32>
  kreg.return %y : tensor<?x6x3xf32>
}
