// What the verifier of moves, reductions and elementwise ops refuses: one case per constraint of the reference.
// RUN: kreg-opt %s -split-input-file -verify-diagnostics

// slice_c1, of the batch
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{to leave the batch as it is}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.slice %x low [1, 0, 0] high [0, 0, 0] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// slice_c1, of strides
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{as many strides or none}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.slice %x low [0, 0, 0] high [0, 0, 0] strides [1, 1] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// slice_c2
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires cuts of at least 0 and positive strides}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.slice %x low [0, 0, -1] high [0, 0, 0] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// slice_c3
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{dimension 1 has 5 with 3 and 2 cut off}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.slice %x low [0, 3, 0] high [0, 2, 0] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// repeat_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires one positive factor per dimension (3), 1 at the batch}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.repeat %x factors [1, 2] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// repeat_c1, of the batch
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{1 at the batch}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.repeat %x factors [2, 1, 1] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// resize_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires one positive size per spatial dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.resize bilinear %x to [2, 2] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// resize_c1, of sizes
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires one positive size per spatial dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.resize bilinear %x to [0] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// reduce_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires axes from 1 to 2, but got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.reduce sum %x axes [0] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// reduce_c2
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires each axis once, but got 2 again}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.reduce sum %x axes [2, 2] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// transpose_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires a permutation of 3 dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.transpose %x perm [0, 1, 1] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// pad_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{none at the batch}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.pad %x low [1, 0, 0] high [0, 0, 0] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// pad_c2
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires pads of at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.pad %x low [0, -1, 0] high [0, 0, 0] : (tensor<?x5x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// concat_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+2 {{requires at least one input}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = "kreg.concat"() <{axis = 1 : i64}> : () -> tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// concat_c2
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+2 {{requires an axis from 1 to 1, but got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.concat %x, %x axis 0 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// concat_c3
kreg.model @m(%x: tensor<?x5x3xf32>, %z: tensor<?x5x2xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+2 {{requires inputs that agree outside of axis 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.concat %x, %z axis 1 : (tensor<?x5x3xf32>, tensor<?x5x2xf32>) -> tensor<?x10x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// binary_c1
kreg.model @m(%x: tensor<?x4xf32>, %z: tensor<3xf32>) -> tensor<?x4xf32> {
  // expected-error @+2 {{requires shapes that broadcast}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.binary add %x, %z : (tensor<?x4xf32>, tensor<3xf32>) -> tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// matmul_c1
kreg.model @m(%x: tensor<?x2x3xf32>, %z: tensor<3x4xf32>) -> tensor<?x2x3xf32> {
  // expected-error @+2 {{requires operands of the same rank and leading dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.matmul %x, %z : (tensor<?x2x3xf32>, tensor<3x4xf32>) -> tensor<?x2x4xf32>
  kreg.return %x : tensor<?x2x3xf32>
}

// -----

// matmul_c2
kreg.model @m(%x: tensor<?x2x3xf32>, %z: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> {
  // expected-error @+2 {{requires the last dimension of a to be the last but one of b}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.matmul %x, %z : (tensor<?x2x3xf32>, tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  kreg.return %x : tensor<?x2x3xf32>
}

// -----

// embedding_c1
kreg.model @m(%x: tensor<?x4xf32>, %z: tensor<3xf32>) -> tensor<?x4xf32> {
  // expected-error @+2 {{requires a table of rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = kreg.embedding %x, %z : (tensor<?x4xf32>, tensor<3xf32>) -> tensor<?x4x3xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// softmax_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires an axis from 1 to 1, but got 2}}
  %y = kreg.softmax %x axis 2 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// unary_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires 1 parameters for 'leaky_relu', but got 0}}
  %y = kreg.unary leaky_relu %x : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// unary_c1, too many
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires 0 parameters for 'relu', but got 1}}
  %y = kreg.unary relu %x params [1.0] : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// dropout_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires a rate from 0 to 1}}
  %y = kreg.dropout %x rate 1.5 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// noise_c1, of a deviation
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires an amount of at least 0}}
  %y = kreg.noise gaussian_noise %x amount -1.0 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// noise_c1, of a rate
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires an amount from 0 to 1}}
  %y = kreg.noise gaussian_dropout %x amount 1.5 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// noise_c2
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires no noise shape for 'gaussian_noise'}}
  %y = kreg.noise gaussian_noise %x amount 0.5 noise_shape [0, 1] : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// normalize_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires axes from 1 to 1, each once, but got 0}}
  %y = kreg.normalize rms %x axes [0] epsilon 0.1 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// normalize_c1, twice
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{each once, but got 1}}
  %y = kreg.normalize rms %x axes [1, 1] epsilon 0.1 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// normalize_c2
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires an axis}}
  %y = kreg.normalize rms %x axes [] epsilon 0.1 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// normalize_c3
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires an epsilon of at least 0}}
  %y = kreg.normalize rms %x axes [1] epsilon -1.0 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// normalize_c3, of l2
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires an epsilon above 0}}
  %y = kreg.normalize l2 %x axes [1] epsilon 0.0 : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// reshape_c1, of elements
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires the batch and the number of elements to stay}}
  %y = kreg.reshape %x : tensor<?x4xf32> to tensor<?x5xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// reshape_c1, of the batch
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires the batch and the number of elements to stay}}
  %y = kreg.reshape %x : tensor<?x4xf32> to tensor<2x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// batch_norm_c1
kreg.model @m(%x: tensor<?x4xf32>, %m: tensor<3xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires statistics and factors of shape [4]}}
  %y = kreg.batch_norm %x mean %m variance %m epsilon 0.1 axis 1 : (tensor<?x4xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// batch_norm_c2
kreg.model @m(%x: tensor<?x4xf32>, %m: tensor<4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires an axis from 1 to 1, but got 0}}
  %y = kreg.batch_norm %x mean %m variance %m epsilon 0.1 axis 0 : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}
