// RUN: kreg-opt %s -kreg-print-plans -split-input-file -verify-diagnostics -o /dev/null

kreg.model @core_op(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %y = kreg.kernel "relu" (%a = %x : tensor<?x6xf32>) {
    // expected-error@+1 {{is a core op in a kernel's body; run 'convert-kreg-to-linalg' before plans are made}}
    %0 = kreg.unary relu %a : tensor<?x6xf32>
    kreg.yield %0 : tensor<?x6xf32>
  } : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}

// -----

kreg.model @unknown_size(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %y = kreg.kernel "k" (%a = %x : tensor<?x6xf32>) {
    %n = arith.constant 3 : index
    // expected-error@+1 {{kernels have no tensors of type 'tensor<?x6xf32>'}}
    %0 = tensor.generate %n {
    ^bb0(%i: index, %j: index):
      %z = arith.constant 0.0 : f32
      tensor.yield %z : f32
    } : tensor<?x6xf32>
    kreg.yield %0 : tensor<?x6xf32>
  } : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
