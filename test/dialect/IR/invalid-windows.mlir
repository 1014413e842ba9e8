// What the verifier of contractions and windows refuses: one case per constraint of the reference.
// RUN: kreg-opt %s -split-input-file -verify-diagnostics

// dense_c1
kreg.model @m(%x: tensor<4xf32>, %k: tensor<4x2xf32>) -> tensor<4xf32> {
  // expected-error @+2 {{requires x of rank 2 or more and a kernel of rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.dense %x, %k : (tensor<4xf32>, tensor<4x2xf32>) -> tensor<2xf32>
  kreg.return %x : tensor<4xf32>
}

// -----

// dense_c2
kreg.model @m(%x: tensor<?x4xf32>, %k: tensor<3x2xf32>) -> tensor<?x4xf32> {
  // expected-error @+2 {{requires the last dimension of x to be the kernel's first}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// dense: the type that is written down is the inferred one
kreg.model @m(%x: tensor<?x4xf32>, %k: tensor<4x2xf32>) -> tensor<?x4xf32> {
  // expected-error @+2 {{inferred type(s) 'tensor<?x2xf32>' are incompatible}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x3xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// conv: the kernel
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x8xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires a kernel of rank 3 to 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv %x, %k strides [] dilations [] pads [] to [] : (tensor<?x6x6x3xf32>, tensor<3x8xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_c1
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x3x8xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires one stride, dilation, low and high pad per spatial dimension (2)}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv %x, %k strides [1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x3x8xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_c2
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x3x8xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires positive windows, strides and dilations and pads of at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv %x, %k strides [0, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x3x8xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_c3
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x3x8xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{and groups to divide the filters}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] groups 2 : (tensor<?x6x6x3xf32>, tensor<3x3x3x8xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_c4
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x3x8xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{spatial dimension 0 has 6 elements for a reach of 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv %x, %k strides [1, 1] dilations [3, 1] pads [0, 0] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x3x8xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// depthwise_conv: the kernel
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x8xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires a kernel of rank 3 to 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.depthwise_conv %x, %k strides [] dilations [] pads [] to [] : (tensor<?x6x6x3xf32>, tensor<3x8xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// depthwise_conv_c3
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x2x8xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires as many channels in x as in the kernel}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.depthwise_conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x2x8xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// depthwise_conv_c2
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x3x1xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{pads of at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.depthwise_conv %x, %k strides [1, 1] dilations [1, 1] pads [0, -1] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x3x1xf32>) -> tensor<?x4x4x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// pool_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{per spatial dimension (2)}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x5x3xf32>) -> tensor<?x2x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// pool_c3
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires pads smaller than the window}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.pool max %x window [2] strides [2] pads [2] to [0] : (tensor<?x5x3xf32>) -> tensor<?x3x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// conv_transpose: the kernel
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<8x3xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires a kernel of rank 3 to 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv_transpose %x, %k strides [] dilations [] pads [] to [] : (tensor<?x6x6x3xf32>, tensor<8x3xf32>) -> tensor<?x8x8x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_transpose_c1
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x8x3xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{per spatial dimension (2)}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv_transpose %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0] : (tensor<?x6x6x3xf32>, tensor<3x3x8x3xf32>) -> tensor<?x8x8x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_transpose_c2, of dilations
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x8x3xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires positive strides and dilations and low pads of at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv_transpose %x, %k strides [1, 1] dilations [1, 0] pads [0, 0] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x8x3xf32>) -> tensor<?x8x8x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_transpose_c2, of low pads
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x8x3xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{low pads of at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv_transpose %x, %k strides [1, 1] dilations [1, 1] pads [-1, 0] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x8x3xf32>) -> tensor<?x8x8x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_transpose_c3
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x8x2xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires as many channels in x as in the kernel's last dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv_transpose %x, %k strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 0] : (tensor<?x6x6x3xf32>, tensor<3x3x8x2xf32>) -> tensor<?x8x8x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// conv_transpose_c4
kreg.model @m(%x: tensor<?x6x6x3xf32>, %k: tensor<3x3x8x3xf32>) -> tensor<?x6x6x3xf32> {
  // expected-error @+2 {{requires positive result extents, but spatial dimension 1 has 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.conv_transpose %x, %k strides [1, 1] dilations [1, 1] pads [0, 4] to [0, 4] : (tensor<?x6x6x3xf32>, tensor<3x3x8x3xf32>) -> tensor<?x8x8x8xf32>
  kreg.return %x : tensor<?x6x6x3xf32>
}

// -----

// dense_kernel_gradient_c1
kreg.model @m(%x: tensor<?x4xf32>, %d: tensor<?x2x2xf32>) -> tensor<?x4xf32> {
  // expected-error @+2 {{requires x and dy to agree outside of their last dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.dense_kernel_gradient %x, %d : (tensor<?x4xf32>, tensor<?x2x2xf32>) -> tensor<4x2xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// conv_kernel_gradient_c1
kreg.model @m(%x: tensor<?x5x3xf32>, %d: tensor<?x4x2xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+1 {{belongs to no convolution of}}
  %y = kreg.conv_kernel_gradient %x, %d strides [1] dilations [1] pads [0] to [0] : (tensor<?x5x3xf32>, tensor<?x4x2xf32>) -> tensor<3x3x2xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// conv_input_gradient_c1
kreg.model @m(%x: tensor<?x4x2xf32>, %k: tensor<3x3x2xf32>) -> tensor<?x4x2xf32> {
  // expected-error @+1 {{belongs to no convolution of}}
  %y = kreg.conv_input_gradient %x, %k strides [1] dilations [1] pads [0] to [0] : (tensor<?x4x2xf32>, tensor<3x3x2xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x4x2xf32>
}

// -----

// pool_gradient_c1
kreg.model @m(%x: tensor<?x5x3xf32>, %d: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+1 {{requires dy to have the shape of the pooled tensor}}
  %y = kreg.pool_gradient max %x, %d window [2] strides [2] pads [0] to [0] : tensor<?x5x3xf32>, tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// pool_gradient_c2
kreg.model @m(%x: tensor<?x4x3xf32>, %d: tensor<?x2x3xf32>) -> tensor<?x4x3xf32> {
  // expected-error @+1 {{requires positions of a maximum}}
  %y = kreg.pool_gradient avg %x, %d at %d : tensor<?x2x3xf32> window [2] strides [2] pads [0] to [0] : tensor<?x4x3xf32>, tensor<?x2x3xf32>
  kreg.return %x : tensor<?x4x3xf32>
}

// -----

// resize_gradient_c1
kreg.model @m(%d: tensor<?x5x3xf32>) -> tensor<?x2x3xf32> {
  // expected-error @+1 {{requires a result whose sizes divide those of 'tensor<?x5x3xf32>', but got 'tensor<?x2x3xf32>'}}
  %y = kreg.resize_gradient bilinear %d : tensor<?x5x3xf32> to tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32>
}

// -----

// pool_position_c1
kreg.model @m(%x: tensor<?x4x3xf32>) -> tensor<?x3x3xf32> {
  // expected-error @+1 {{requires the result to have the shape of the pooled tensor}}
  %y = kreg.pool_position %x window [2] strides [2] pads [0] to [0] : tensor<?x4x3xf32> to tensor<?x3x3xf32>
  kreg.return %y : tensor<?x3x3xf32>
}

// -----

// embedding_gradient_c1
kreg.model @m(%ids: tensor<?x3xf32>, %d: tensor<?x3x4xf32>) -> tensor<5x2xf32> {
  // expected-error @+1 {{requires dy to have the shape of ids and the result's last dimension behind it}}
  %y = kreg.embedding_gradient %ids, %d : (tensor<?x3xf32>, tensor<?x3x4xf32>) -> tensor<5x2xf32>
  kreg.return %y : tensor<5x2xf32>
}

// -----

// random_c1
kreg.model @m(%x: tensor<?x4xf32>, %s: tensor<3xi32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires a state of 4 words}}
  %y = kreg.random uniform %s draw 0 like %x : tensor<3xi32>, tensor<?x4xf32> to tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// random_c2
kreg.model @m(%x: tensor<f32>) -> tensor<4xf32> {
  %s = kreg.random_state : tensor<4xi32>
  // expected-error @+1 {{requires a tensor with a batch}}
  %y = kreg.random uniform %s draw 0 like %x : tensor<4xi32>, tensor<f32> to tensor<4xf32>
  kreg.return %y : tensor<4xf32>
}

// -----

// phase_kernel_c1
kreg.model @m(%k: tensor<3x4x2xf32>) -> tensor<2x3x2x4xf32> {
  // expected-error @+1 {{has no phases of type}}
  %y = kreg.phase_kernel %k strides [2] low [0] : tensor<3x4x2xf32> to tensor<2x3x2x4xf32>
  kreg.return %y : tensor<2x3x2x4xf32>
}

// -----

// phase_conv_c1
kreg.model @m(%x: tensor<?x5x3xf32>, %k: tensor<2x2x2x4xf32>) -> tensor<?x5x2x4xf32> {
  // expected-error @+1 {{does not lead from}}
  %y = kreg.phase_conv %x, %k window [3] low [0] : (tensor<?x5x3xf32>, tensor<2x2x2x4xf32>) -> tensor<?x5x2x4xf32>
  kreg.return %y : tensor<?x5x2x4xf32>
}

// -----

// phase_conv_c2
kreg.model @m(%x: tensor<?x5x2xf32>, %k: tensor<2x2x2x4xf32>) -> tensor<?x5x2x4xf32> {
  // expected-error @+1 {{does not lead from}}
  %y = kreg.phase_conv %x, %k window [5] low [0] : (tensor<?x5x2xf32>, tensor<2x2x2x4xf32>) -> tensor<?x5x2x4xf32>
  kreg.return %y : tensor<?x5x2x4xf32>
}
