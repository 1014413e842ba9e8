// What has no gradient rule is an error at the op, not a wrong gradient.
// RUN: kreg-opt %s --kreg-differentiate --split-input-file --verify-diagnostics

kreg.variable @kernel trainable : tensor<4x4xf32>
kreg.model @noise(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %k = kreg.read @kernel : tensor<4x4xf32>
  %0 = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  // expected-error @+1 {{'kreg.dropout' op has no gradient rule yet}}
  %1 = kreg.dropout %0 rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %1, <0.1, 0.0> per batch : tensor<?x4xf32>
  kreg.return %1 : tensor<?x4xf32> penalties %p
}

// -----

kreg.variable @kernel trainable : tensor<2x2xf32>
kreg.model @shrunk(%x: tensor<?x6x2xf32>) -> tensor<?x4x2xf32> {
  %k = kreg.read @kernel : tensor<2x2xf32>
  %0 = kreg.dense %x, %k : (tensor<?x6x2xf32>, tensor<2x2xf32>) -> tensor<?x6x2xf32>
  // expected-error @+1 {{has no gradient rule yet but for sizes that are multiples of those of the input, but got 'tensor<?x6x2xf32>' to 'tensor<?x4x2xf32>'}}
  %1 = kreg.resize bilinear %0 to [4] : (tensor<?x6x2xf32>) -> tensor<?x4x2xf32>
  %p = kreg.penalty %1, <0.1, 0.0> per batch : tensor<?x4x2xf32>
  kreg.return %1 : tensor<?x4x2xf32> penalties %p
}
