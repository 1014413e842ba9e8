// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %y = kreg.unary relu %z : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

kreg.model @leaky_relu(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %y = kreg.unary leaky_relu %z params [0.25] : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @leaky_relu_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.unary leaky_relu %x params [0.25] : tensor<?x4x4x2xf32>
  %y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

kreg.model @past_a_factor(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %z = kreg.pool max %s window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %y = kreg.unary relu6 %z : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @past_a_factor_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %z = kreg.unary relu6 %s : tensor<?x4x4x2xf32>
  %y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

// GlobalMaxPooling
kreg.model @global(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.reduce max %r axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @global_b(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %m = kreg.reduce max %x axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %y = kreg.unary relu %m : tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}

// -----

// ReLU(threshold)
kreg.model @threshold(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %r = kreg.unary clipped_relu %x params [0.25, 1.0, 4.0] : tensor<?x4xf32>
  %y = kreg.reduce max %r axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @threshold_b(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %m = kreg.reduce max %x axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %y = kreg.unary clipped_relu %m params [0.25, 1.0, 4.0] : tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
