// Functions of one and two numbers, batch normalisation and penalties.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @unary
// CHECK: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[A:.*]] = math.absf %[[X]]
// CHECK: %[[N:.*]] = arith.negf %[[A]]
// CHECK: %[[E:.*]] = math.exp %[[N]]
// CHECK: %[[T:.*]] = arith.select %{{.*}}, %[[E]], %{{.*}}
// CHECK: %[[S:.*]] = arith.addf %{{.*}}, %[[E]]
// CHECK: %[[D:.*]] = arith.divf %[[T]], %[[S]]
// CHECK: linalg.yield %[[D]]
kreg.model @unary(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// NaN is not greater than 0: it goes through the slope and stays NaN.
// CHECK-LABEL: kreg.model @slope
// CHECK: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[C:.*]] = arith.cmpf ogt, %[[X]]
// CHECK: %[[A:.*]] = arith.constant 2.000000e-01 : f32
// CHECK: %[[M:.*]] = arith.mulf %[[A]], %[[X]]
// CHECK: arith.select %[[C]], %[[X]], %[[M]]
kreg.model @slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.2] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Broadcasting is an indexing map: a size of 1 is index 0.
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2) -> (d0, 0, d2)>
// CHECK-DAG: #[[$Z:.*]] = affine_map<(d0, d1, d2) -> (d2)>
// CHECK-LABEL: kreg.model @broadcast
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #{{.*}}, #{{.*}}]
// CHECK: arith.divf
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$Z]], #{{.*}}]
// CHECK: arith.minimumf
kreg.variable @b : tensor<4xf32>
kreg.model @broadcast(%x: tensor<?x1x4xf32>, %z: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %b = kreg.read @b : tensor<4xf32>
  %0 = kreg.binary div %x, %z : (tensor<?x1x4xf32>, tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %y = kreg.binary min %0, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  kreg.return %y : tensor<?x3x4xf32>
}

// -----

// Terms are computed in the element's type, with the coefficients rounded to
// it, and summed in f64; a zero coefficient is left out.
// CHECK-LABEL: kreg.model @penalties
// CHECK: math.tanh
// CHECK: %[[P:.*]] = linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]} {{.*}} outs(%{{.*}} : tensor<f64>)
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[A:.*]]: f64):
// CHECK: %[[M:.*]] = math.absf %[[X]]
// CHECK: %[[L1:.*]] = arith.constant 0.00999999977 : f32
// CHECK: %[[T:.*]] = arith.mulf %[[L1]], %[[M]]
// CHECK-NEXT: %[[W:.*]] = arith.extf %[[T]] : f32 to f64
// CHECK-NEXT: arith.addf %[[A]], %[[W]] : f64
// CHECK: tensor.extract %[[P]][]
// CHECK: ^bb0(%[[X:.*]]: f32, %[[A:.*]]: f64):
// CHECK-NOT: math.absf
// CHECK: %[[Q:.*]] = arith.mulf %{{.*}}, %[[X]]
// CHECK-NEXT: arith.mulf %[[Q]], %[[X]]
// CHECK: kreg.yield
kreg.model @penalties(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %y, <0.0, 0.5> per none : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %q
}

// -----

// What leaves a ReLU is its own magnitude.
// CHECK-LABEL: kreg.model @non_negative
// CHECK: ^bb0(%[[X:.*]]: f32, %[[A:.*]]: f64):
// CHECK-NOT: math.absf
// CHECK: %[[S:.*]] = arith.mulf %{{.*}}, %[[X]]
// CHECK-NEXT: %[[T:.*]] = arith.addf %{{.*}}, %[[S]]
// CHECK-NEXT: arith.mulf %[[X]], %[[T]]
// CHECK: kreg.yield
kreg.model @non_negative(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// Batch normalisation that could not be folded.
// CHECK: #[[$C:.*]] = affine_map<(d0, d1, d2) -> (d2)>
// CHECK-LABEL: kreg.model @batch_norm
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$C]], #[[$C]], #[[$C]], #[[$C]], #{{.*}}]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[M:.*]]: f32, %[[V:.*]]: f32, %[[G:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[VE:.*]] = arith.addf %[[V]]
// CHECK-NEXT: %[[SD:.*]] = math.sqrt %[[VE]]
// CHECK-NEXT: %[[D:.*]] = arith.subf %[[X]], %[[M]]
// CHECK-NEXT: %[[Q:.*]] = arith.divf %[[D]], %[[SD]]
// CHECK-NEXT: %[[QG:.*]] = arith.mulf %[[Q]], %[[G]]
// CHECK-NEXT: arith.addf %[[QG]], %[[B]]
kreg.variable @m : tensor<4xf32>
kreg.variable @v : tensor<4xf32>
kreg.variable @g : tensor<4xf32>
kreg.variable @b : tensor<4xf32>
kreg.model @batch_norm(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %m = kreg.read @m : tensor<4xf32>
  %v = kreg.read @v : tensor<4xf32>
  %g = kreg.read @g : tensor<4xf32>
  %b = kreg.read @b : tensor<4xf32>
  %y = kreg.batch_norm %x mean %m variance %v gamma %g beta %b epsilon 0.25 axis 2
    : (tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  kreg.return %y : tensor<?x3x4xf32>
}
