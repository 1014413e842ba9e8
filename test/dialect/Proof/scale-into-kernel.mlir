// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.variable @kernel trainable : tensor<4x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.variable @scale trainable : tensor<2xf32> = dense<[2.0, 0.5]> : tensor<2xf32>
kreg.variable @scaled trainable : tensor<4x2xf32> = dense<[[2.0, 1.0], [6.0, 2.0], [10.0, 3.0], [14.0, 4.0]]> : tensor<4x2xf32>
kreg.model @dense(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %s = kreg.read @scale : tensor<2xf32>
  %z = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = kreg.binary mul %z, %s : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @dense_b(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %q = kreg.read @scaled : tensor<4x2xf32>
  %y = kreg.dense %x, %q : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}

// -----

kreg.variable @kernel trainable : tensor<4x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.variable @doubled trainable : tensor<4x2xf32> = dense<[[2.0, 4.0], [6.0, 8.0], [10.0, 12.0], [14.0, 16.0]]> : tensor<4x2xf32>
kreg.model @dense_by_one_number(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %z = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = kreg.binary mul %z, %c : (tensor<?x2xf32>, tensor<1xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @dense_by_one_number_b(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %q = kreg.read @doubled : tensor<4x2xf32>
  %y = kreg.dense %x, %q : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}

// -----

kreg.variable @scale trainable : tensor<2xf32> = dense<[2.0, 0.5]> : tensor<2xf32>
kreg.variable @kernel trainable : tensor<1x2x2x2xf32> = dense<[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]]> : tensor<1x2x2x2xf32>
kreg.variable @scaled trainable : tensor<1x2x2x2xf32> = dense<[[[[2.0, 1.0], [6.0, 2.0]], [[10.0, 3.0], [14.0, 4.0]]]]> : tensor<1x2x2x2xf32>
kreg.model @conv(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x3x2xf32> {
  %s = kreg.read @scale : tensor<2xf32>
  %k = kreg.read @kernel : tensor<1x2x2x2xf32>
  %z = kreg.conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<1x2x2x2xf32>) -> tensor<?x4x3x2xf32>
  %y = kreg.binary mul %z, %s : (tensor<?x4x3x2xf32>, tensor<2xf32>) -> tensor<?x4x3x2xf32>
  kreg.return %y : tensor<?x4x3x2xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @conv_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x3x2xf32> {
  %q = kreg.read @scaled : tensor<1x2x2x2xf32>
  %y = kreg.conv %x, %q strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<1x2x2x2xf32>) -> tensor<?x4x3x2xf32>
  kreg.return %y : tensor<?x4x3x2xf32>
}

// -----

kreg.variable @scale trainable : tensor<2xf32> = dense<[2.0, 0.5]> : tensor<2xf32>
kreg.variable @kernel trainable : tensor<1x2x2x1xf32> = dense<[[[[1.0], [2.0]], [[3.0], [4.0]]]]> : tensor<1x2x2x1xf32>
kreg.variable @scaled trainable : tensor<1x2x2x1xf32> = dense<[[[[2.0], [1.0]], [[6.0], [2.0]]]]> : tensor<1x2x2x1xf32>
kreg.model @depthwise_conv(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x3x2xf32> {
  %s = kreg.read @scale : tensor<2xf32>
  %k = kreg.read @kernel : tensor<1x2x2x1xf32>
  %z = kreg.depthwise_conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<1x2x2x1xf32>) -> tensor<?x4x3x2xf32>
  %y = kreg.binary mul %z, %s : (tensor<?x4x3x2xf32>, tensor<2xf32>) -> tensor<?x4x3x2xf32>
  kreg.return %y : tensor<?x4x3x2xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @depthwise_conv_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x3x2xf32> {
  %q = kreg.read @scaled : tensor<1x2x2x1xf32>
  %y = kreg.depthwise_conv %x, %q strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<1x2x2x1xf32>) -> tensor<?x4x3x2xf32>
  kreg.return %y : tensor<?x4x3x2xf32>
}
