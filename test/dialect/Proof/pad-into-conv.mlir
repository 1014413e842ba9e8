// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// ZeroPadding and a valid convolution, or `same`.
kreg.variable @kernel trainable : tensor<3x2x1xf32> = dense<[[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]]> : tensor<3x2x1xf32>
kreg.model @conv(%x: tensor<?x4x2xf32>) -> tensor<?x4x1xf32> {
  %k = kreg.read @kernel : tensor<3x2x1xf32>
  %z = kreg.pad %x low [0, 1, 0] high [0, 1, 0] : (tensor<?x4x2xf32>) -> tensor<?x6x2xf32>
  %y = kreg.conv %z, %k strides [1] dilations [1] pads [0] to [0] : (tensor<?x6x2xf32>, tensor<3x2x1xf32>) -> tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @conv_b(%x: tensor<?x4x2xf32>) -> tensor<?x4x1xf32> {
  %k = kreg.read @kernel : tensor<3x2x1xf32>
  %y = kreg.conv %x, %k strides [1] dilations [1] pads [1] to [1] : (tensor<?x4x2xf32>, tensor<3x2x1xf32>) -> tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}

// -----

// ZeroPadding and a valid convolution, or `same`.
kreg.variable @kernel trainable : tensor<3x2x1xf32> = dense<[[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]]> : tensor<3x2x1xf32>
kreg.model @depthwise_conv(%x: tensor<?x4x2xf32>) -> tensor<?x4x2xf32> {
  %k = kreg.read @kernel : tensor<3x2x1xf32>
  %z = kreg.pad %x low [0, 1, 0] high [0, 1, 0] : (tensor<?x4x2xf32>) -> tensor<?x6x2xf32>
  %y = kreg.depthwise_conv %z, %k strides [1] dilations [1] pads [0] to [0] : (tensor<?x6x2xf32>, tensor<3x2x1xf32>) -> tensor<?x4x2xf32>
  kreg.return %y : tensor<?x4x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @depthwise_conv_b(%x: tensor<?x4x2xf32>) -> tensor<?x4x2xf32> {
  %k = kreg.read @kernel : tensor<3x2x1xf32>
  %y = kreg.depthwise_conv %x, %k strides [1] dilations [1] pads [1] to [1] : (tensor<?x4x2xf32>, tensor<3x2x1xf32>) -> tensor<?x4x2xf32>
  kreg.return %y : tensor<?x4x2xf32>
}

// -----

// A pad of channels stays where it is, before or behind
kreg.variable @kernel trainable : tensor<3x3x1xf32> = dense<[[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]], [[7.0], [8.0], [9.0]]]> : tensor<3x3x1xf32>
kreg.model @channels(%x: tensor<?x4x2xf32>) -> tensor<?x4x1xf32> {
  %k = kreg.read @kernel : tensor<3x3x1xf32>
  %z = kreg.pad %x low [0, 1, 1] high [0, 1, 0] : (tensor<?x4x2xf32>) -> tensor<?x6x3xf32>
  %y = kreg.conv %z, %k strides [1] dilations [1] pads [0] to [0] : (tensor<?x6x3xf32>, tensor<3x3x1xf32>) -> tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @channels_b(%x: tensor<?x4x2xf32>) -> tensor<?x4x1xf32> {
  %k = kreg.read @kernel : tensor<3x3x1xf32>
  %z = kreg.pad %x low [0, 0, 1] high [0, 0, 0] : (tensor<?x4x2xf32>) -> tensor<?x4x3xf32>
  %y = kreg.conv %z, %k strides [1] dilations [1] pads [1] to [1] : (tensor<?x4x3xf32>, tensor<3x3x1xf32>) -> tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
