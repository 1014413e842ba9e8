// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @reshape(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x2x3xf32>, tensor<1xf32>) -> tensor<?x2x3xf32>
  %y = kreg.reshape %s : tensor<?x2x3xf32> to tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @reshape_b(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %s = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x6xf32>, tensor<1xf32>) -> tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}

// -----

kreg.model @transpose(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x2x3xf32>, tensor<1xf32>) -> tensor<?x2x3xf32>
  %y = kreg.transpose %s perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @transpose_b(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %s = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x3x2xf32>, tensor<1xf32>) -> tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}

// -----

kreg.model @pad(%x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.pad %s low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @pad_b(%x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %s = kreg.pad %x low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x6xf32>, tensor<1xf32>) -> tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}

// -----

kreg.model @slice(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.slice %s low [0, 1] high [0, 0] : (tensor<?x4xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @slice_b(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %s = kreg.slice %x low [0, 1] high [0, 0] : (tensor<?x4xf32>) -> tensor<?x3xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x3xf32>, tensor<1xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}

// -----

kreg.model @repeat(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.repeat %s factors [1, 2] : (tensor<?x4xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @repeat_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %s = kreg.repeat %x factors [1, 2] : (tensor<?x4xf32>) -> tensor<?x8xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}

// -----

kreg.model @resize(%x: tensor<?x4x4x2xf32>) -> tensor<?x8x8x2xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.resize bilinear %s to [8, 8] : (tensor<?x4x4x2xf32>) -> tensor<?x8x8x2xf32>
  kreg.return %y : tensor<?x8x8x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @resize_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x8x8x2xf32> {
  %s = kreg.resize bilinear %x to [8, 8] : (tensor<?x4x4x2xf32>) -> tensor<?x8x8x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x8x8x2xf32>, tensor<1xf32>) -> tensor<?x8x8x2xf32>
  kreg.return %y : tensor<?x8x8x2xf32>
}

// -----

kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.dropout %s rate 0.5 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @dropout_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @avg_pool(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.pool avg %s window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @avg_pool_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %s = kreg.pool avg %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x2x2x2xf32>, tensor<1xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

kreg.model @mean(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.reduce mean %s axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  kreg.return %y : tensor<?xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @mean_b(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %s = kreg.reduce mean %x axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?xf32>, tensor<1xf32>) -> tensor<?xf32>
  kreg.return %y : tensor<?xf32>
}

// -----

kreg.variable @kernel trainable : tensor<4x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.model @dense(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.dense %s, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @dense_b(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %s = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x2xf32>, tensor<1xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}

// -----

kreg.variable @kernel trainable : tensor<2x2x2x1xf32> = dense<[[[[1.0], [2.0]], [[3.0], [4.0]]], [[[5.0], [6.0]], [[7.0], [8.0]]]]> : tensor<2x2x2x1xf32>
kreg.model @conv(%x: tensor<?x4x4x2xf32>) -> tensor<?x3x3x1xf32> {
  %k = kreg.read @kernel : tensor<2x2x2x1xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.conv %s, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<2x2x2x1xf32>) -> tensor<?x3x3x1xf32>
  kreg.return %y : tensor<?x3x3x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @conv_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x3x3x1xf32> {
  %k = kreg.read @kernel : tensor<2x2x2x1xf32>
  %s = kreg.conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<2x2x2x1xf32>) -> tensor<?x3x3x1xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x3x3x1xf32>, tensor<1xf32>) -> tensor<?x3x3x1xf32>
  kreg.return %y : tensor<?x3x3x1xf32>
}

// -----

kreg.variable @kernel trainable : tensor<2x2x2x1xf32> = dense<[[[[1.0], [2.0]], [[3.0], [4.0]]], [[[5.0], [6.0]], [[7.0], [8.0]]]]> : tensor<2x2x2x1xf32>
kreg.model @depthwise_conv(%x: tensor<?x4x4x2xf32>) -> tensor<?x3x3x2xf32> {
  %k = kreg.read @kernel : tensor<2x2x2x1xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.depthwise_conv %s, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<2x2x2x1xf32>) -> tensor<?x3x3x2xf32>
  kreg.return %y : tensor<?x3x3x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @depthwise_conv_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x3x3x2xf32> {
  %k = kreg.read @kernel : tensor<2x2x2x1xf32>
  %s = kreg.depthwise_conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<2x2x2x1xf32>) -> tensor<?x3x3x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x3x3x2xf32>, tensor<1xf32>) -> tensor<?x3x3x2xf32>
  kreg.return %y : tensor<?x3x3x2xf32>
}

// -----

kreg.variable @kernel trainable : tensor<2x2x1x2xf32> = dense<[[[[1.0, 2.0]], [[3.0, 4.0]]], [[[5.0, 6.0]], [[7.0, 8.0]]]]> : tensor<2x2x1x2xf32>
kreg.model @conv_transpose(%x: tensor<?x4x4x2xf32>) -> tensor<?x5x5x1xf32> {
  %k = kreg.read @kernel : tensor<2x2x1x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.conv_transpose %s, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<2x2x1x2xf32>) -> tensor<?x5x5x1xf32>
  kreg.return %y : tensor<?x5x5x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @conv_transpose_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x5x5x1xf32> {
  %k = kreg.read @kernel : tensor<2x2x1x2xf32>
  %s = kreg.conv_transpose %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>, tensor<2x2x1x2xf32>) -> tensor<?x5x5x1xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x5x5x1xf32>, tensor<1xf32>) -> tensor<?x5x5x1xf32>
  kreg.return %y : tensor<?x5x5x1xf32>
}
