// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// window-1: padding keeps the shape
kreg.model @max_of_two(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %y = kreg.unary tanh %x : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @max_of_two_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %z = kreg.pool max %x window [2, 1] strides [1, 1] pads [0, 0] to [1, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.unary tanh %z : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32>
}
