// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// monotone: so does a negative factor
kreg.model @negative_factor(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %s = kreg.binary mul %z, %c : (tensor<?x2x2x2xf32>, tensor<1xf32>) -> tensor<?x2x2x2xf32>
  %y = kreg.unary sigmoid %s : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @negative_factor_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %z = kreg.unary sigmoid %s : tensor<?x4x4x2xf32>
  %y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

// monotone: |x| decreases first
kreg.model @abs(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %y = kreg.unary abs %z : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @abs_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.unary abs %x : tensor<?x4x4x2xf32>
  %y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

// monotone: so does a negative slope
kreg.model @negative_slope(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %y = kreg.unary leaky_relu %z params [-0.5] : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @negative_slope_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %z = kreg.unary leaky_relu %x params [-0.5] : tensor<?x4x4x2xf32>
  %y = kreg.pool max %z window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

// monotone: a slope that falls, over a dimension
kreg.model @global_slope(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %r = kreg.unary leaky_relu %x params [-0.5] : tensor<?x4xf32>
  %y = kreg.reduce max %r axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @global_slope_b(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %m = kreg.reduce max %x axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %y = kreg.unary leaky_relu %m params [-0.5] : tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}

// -----

// monotone: between a negative threshold and 0 it rises, at 0 it is below
kreg.model @global_threshold(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %r = kreg.unary clipped_relu %x params [-0.25, 1.0, 4.0] : tensor<?x4xf32>
  %y = kreg.reduce max %r axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @global_threshold_b(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %m = kreg.reduce max %x axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %y = kreg.unary clipped_relu %m params [-0.25, 1.0, 4.0] : tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
