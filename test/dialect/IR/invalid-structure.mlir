// What the verifier of models, layers, weights, penalties and kernels refuses: one case per constraint of the reference.
// RUN: kreg-opt %s -split-input-file -verify-diagnostics -allow-unregistered-dialect

// model_c1, of the terminator
// expected-error @+1 {{requires its body to end with 'kreg.return'}}
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  "test.end"(%x) : (tensor<?x4xf32>) -> ()
}

// -----

// model_c1, of its types
// expected-error @+1 {{requires 'kreg.return' to have the result types 'tensor<?x4xf32>', but got 'tensor<?x3xf32>'}}
kreg.model @m(%x: tensor<?x3xf32>) -> tensor<?x4xf32> {
  kreg.return %x : tensor<?x3xf32>
}

// -----

// model_c2
// expected-error @+1 {{requires argument 0 to be a tensor that is dynamic in dimension 0 only}}
kreg.model @m(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  kreg.return %x : tensor<?x?xf32>
}

// -----

// layer_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  // expected-error @+1 {{requires its body to yield the result types 'tensor<?x3xf32>'}}
  %y = kreg.layer "l" Dense {
    kreg.yield %x : tensor<?x4xf32>
  } : tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}

// -----

// layer_c2
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires one regularizer at most}}
  %y = "kreg.layer"() <{layer_name = "l", class_name = "Dense", regularizer = #kreg.l1l2<0.1, 0.0>, orthogonal = #kreg.orthogonal<0.1, rows>}> ({
    kreg.yield %x : tensor<?x4xf32>
  }) : () -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// layer: what penalties are divided by
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{expected 'per batch' or 'per none'}}
  %y = kreg.layer "l" Dense penalised <0.1, 0.0> per sample {
    kreg.yield %x : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// variable_c1
// expected-error @+1 {{requires a value of type 'tensor<4xf32>', but got 'tensor<3xf32>'}}
kreg.variable @w : tensor<4xf32> = dense<0.0> : tensor<3xf32>

// -----

// variable_c2
// expected-error @+1 {{requires one regularizer at most}}
kreg.variable @w penalised <0.1, 0.0> orthogonal <0.1, rows> : tensor<4x4xf32>

// -----

// variable_c2, of a matrix
// expected-error @+1 {{requires a matrix for 'orthogonal', but got 'tensor<4xf32>'}}
kreg.variable @w orthogonal <0.1, rows> : tensor<4xf32>

// -----

// l1l2: coefficients are doubles
// expected-error @+1 {{expected a coefficient of type 'f64'}}
kreg.variable @w penalised <0.1 : f32, 0.0> : tensor<4xf32>

// -----

// kernel_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires block arguments of the operands' types}}
  %y = "kreg.kernel"(%x) <{kernel_name = "k"}> ({
  ^bb0(%a: tensor<?x3xf32>):
    kreg.yield %a : tensor<?x3xf32>
  }) : (tensor<?x4xf32>) -> tensor<?x3xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// kernel_c2
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires its body to yield the result types 'tensor<?x4xf32>', 'f64'}}
  %y, %s = kreg.kernel "k" (%a = %x : tensor<?x4xf32>) {
    kreg.yield %a : tensor<?x4xf32>
  } : tensor<?x4xf32>, f64
  kreg.return %y : tensor<?x4xf32>
}

// -----

// kernel_c3
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires one packing per operand, but got 2 for 1}}
  %y = kreg.kernel "k" (%a = %x : tensor<?x4xf32>) attributes {packings = [#kreg.packing<0>, #kreg.packing<8>]} {
    kreg.yield %a : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// penalty_c1
kreg.model @m(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{requires an input of rank 1 or more when normalised by batch}}
  %p = kreg.penalty %x, <0.1, 0.0> per batch : tensor<f32>
  kreg.return %x : tensor<f32>
}

// -----

// orthogonal_gradient_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+1 {{requires an input of rank 2}}
  %g = kreg.orthogonal_gradient %x, <0.1, rows> per batch : tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// orthogonal_penalty_c1
kreg.model @m(%x: tensor<?x5x3xf32>) -> tensor<?x5x3xf32> {
  // expected-error @+1 {{requires an input of rank 2}}
  %p = kreg.orthogonal_penalty %x, <0.1, rows> per batch : tensor<?x5x3xf32>
  kreg.return %x : tensor<?x5x3xf32>
}

// -----

// divide_by_batch_c1
kreg.model @m(%x: tensor<f32>) -> tensor<f32> {
  %s = arith.constant 1.0 : f64
  // expected-error @+1 {{requires a tensor of rank 1 or more}}
  %p = kreg.divide_by_batch %s by %x : tensor<f32>
  kreg.return %x : tensor<f32>
}

// -----

// reduce_to_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires a result that broadcasts to}}
  %y = kreg.reduce_to %x : tensor<?x4xf32> to tensor<3xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// total_c1
kreg.model @m(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{requires an input of rank 1 or more when divided by the batch}}
  %p = kreg.total %x per batch : tensor<f32>
  kreg.return %x : tensor<f32>
}

// -----

// one_hot_c1
kreg.model @m(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @+1 {{one static dimension more}}
  %y = kreg.one_hot %x : tensor<?xf32> to tensor<?x?xf32>
  kreg.return %x : tensor<?xf32>
}

// -----

// read_c1
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{names 'nothing', which is not a 'kreg.variable'}}
  %y = kreg.read @nothing : tensor<4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// read_c2
kreg.variable @w : tensor<4xf32>
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires the variable's type 'tensor<4xf32>', but got 'tensor<3xf32>'}}
  %y = kreg.read @w : tensor<3xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// fill_c1
kreg.model @m(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @+1 {{requires a tensor with a batch}}
  %y = kreg.fill 1.0 per none like %x : tensor<f32> to tensor<4xf32>
  kreg.return %x : tensor<f32>
}

// -----

// fill_c2
kreg.model @m(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{requires a result whose dimensions but the first are static}}
  %y = kreg.fill 1.0 per none like %x : tensor<?x4xf32> to tensor<?x?xf32>
  kreg.return %x : tensor<?x4xf32>
}
