// RUN: kreg-opt %s -split-input-file -verify-diagnostics -kreg-dissolve-layers

kreg.model @rank(%x: tensor<?x4x2xf32>) -> tensor<?x4x2xf32> {
  // expected-error @+1 {{an orthogonal penalty needs a matrix, but the output is 'tensor<?x4x2xf32>'}}
  %0 = kreg.layer "l" Activation penalised orthogonal <0.05, columns> per batch {
    kreg.yield %x : tensor<?x4x2xf32>
  } : tensor<?x4x2xf32>
  kreg.return %0 : tensor<?x4x2xf32>
}
