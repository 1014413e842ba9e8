// Every fold of the dialect, and what must not be folded.
// RUN: kreg-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: kreg.model @nothing_moves
// CHECK-SAME: (%[[X:.*]]: tensor<?x4x2xf32>)
// CHECK-NEXT: kreg.return %[[X]] : tensor<?x4x2xf32>
kreg.model @nothing_moves(%x: tensor<?x4x2xf32>) -> tensor<?x4x2xf32> {
  %0 = kreg.reshape %x : tensor<?x4x2xf32> to tensor<?x4x2xf32>
  %1 = kreg.transpose %0 perm [0, 1, 2] : (tensor<?x4x2xf32>) -> tensor<?x4x2xf32>
  %2 = kreg.pad %1 low [0, 0, 0] high [0, 0, 0] : (tensor<?x4x2xf32>) -> tensor<?x4x2xf32>
  %3 = kreg.slice %2 low [0, 0, 0] high [0, 0, 0] : (tensor<?x4x2xf32>) -> tensor<?x4x2xf32>
  %4 = kreg.repeat %3 factors [1, 1, 1] : (tensor<?x4x2xf32>) -> tensor<?x4x2xf32>
  %5 = kreg.resize bilinear %4 to [4] : (tensor<?x4x2xf32>) -> tensor<?x4x2xf32>
  %6 = kreg.reduce max %5 axes [] : (tensor<?x4x2xf32>) -> tensor<?x4x2xf32>
  %7 = kreg.reduce_to %6 : tensor<?x4x2xf32> to tensor<?x4x2xf32>
  kreg.return %7 : tensor<?x4x2xf32>
}

// CHECK-LABEL: kreg.model @no_noise
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: kreg.return %[[X]] : tensor<?x4xf32>
kreg.model @no_noise(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = kreg.dropout %x rate 0.0 : tensor<?x4xf32>
  %1 = kreg.noise gaussian_noise %0 amount 0.0 : tensor<?x4xf32>
  %2 = kreg.noise alpha_dropout %1 amount 0.0 seed 3 : tensor<?x4xf32>
  kreg.return %2 : tensor<?x4xf32>
}

// CHECK-LABEL: kreg.model @noise_stays
// CHECK: kreg.dropout
// CHECK: kreg.noise gaussian_dropout
kreg.model @noise_stays(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = kreg.dropout %x rate 0.1 : tensor<?x4xf32>
  %1 = kreg.noise gaussian_dropout %0 amount 0.1 : tensor<?x4xf32>
  kreg.return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: kreg.model @two_are_one
// CHECK-SAME: (%[[X:.*]]: tensor<?x9x2xf32>)
// CHECK-NEXT: %[[R:.*]] = kreg.reshape %[[X]] : tensor<?x9x2xf32> to tensor<?x18xf32>
// CHECK-NEXT: %[[S:.*]] = kreg.slice %[[X]] low [0, 3, 0] high [0, 1, 1] : (tensor<?x9x2xf32>) -> tensor<?x5x1xf32>
// CHECK-NEXT: %[[E:.*]] = kreg.repeat %[[X]] factors [1, 6, 5] : (tensor<?x9x2xf32>) -> tensor<?x54x10xf32>
// CHECK-NEXT: kreg.return %[[R]], %[[S]], %[[E]]
kreg.model @two_are_one(%x: tensor<?x9x2xf32>) -> (tensor<?x18xf32>, tensor<?x5x1xf32>, tensor<?x54x10xf32>) {
  %0 = kreg.reshape %x : tensor<?x9x2xf32> to tensor<?x3x6xf32>
  %1 = kreg.reshape %0 : tensor<?x3x6xf32> to tensor<?x18xf32>
  %2 = kreg.slice %x low [0, 1, 0] high [0, 1, 0] : (tensor<?x9x2xf32>) -> tensor<?x7x2xf32>
  %3 = kreg.slice %2 low [0, 2, 0] high [0, 0, 1] : (tensor<?x7x2xf32>) -> tensor<?x5x1xf32>
  %4 = kreg.repeat %x factors [1, 2, 1] : (tensor<?x9x2xf32>) -> tensor<?x18x2xf32>
  %5 = kreg.repeat %4 factors [1, 3, 5] : (tensor<?x18x2xf32>) -> tensor<?x54x10xf32>
  kreg.return %1, %3, %5 : tensor<?x18xf32>, tensor<?x5x1xf32>, tensor<?x54x10xf32>
}

// The stride of the inner slice would count the outer one's cuts.
// CHECK-LABEL: kreg.model @strided_slices_stay
// CHECK: kreg.slice {{.*}} strides [1, 2, 1]
// CHECK: kreg.slice
kreg.model @strided_slices_stay(%x: tensor<?x9x2xf32>) -> tensor<?x4x2xf32> {
  %0 = kreg.slice %x low [0, 0, 0] high [0, 0, 0] strides [1, 2, 1] : (tensor<?x9x2xf32>) -> tensor<?x5x2xf32>
  %1 = kreg.slice %0 low [0, 1, 0] high [0, 0, 0] : (tensor<?x5x2xf32>) -> tensor<?x4x2xf32>
  kreg.return %1 : tensor<?x4x2xf32>
}

// A stride in the outer slice is kept.
// CHECK-LABEL: kreg.model @strided_slice_of_slice
// CHECK-NEXT: kreg.slice %arg0 low [0, 1, 0] high [0, 2, 0] strides [1, 3, 1] : (tensor<?x9x2xf32>) -> tensor<?x2x2xf32>
kreg.model @strided_slice_of_slice(%x: tensor<?x9x2xf32>) -> tensor<?x2x2xf32> {
  %0 = kreg.slice %x low [0, 1, 0] high [0, 2, 0] : (tensor<?x9x2xf32>) -> tensor<?x6x2xf32>
  %1 = kreg.slice %0 low [0, 0, 0] high [0, 0, 0] strides [1, 3, 1] : (tensor<?x6x2xf32>) -> tensor<?x2x2xf32>
  kreg.return %1 : tensor<?x2x2xf32>
}

// CHECK-LABEL: kreg.model @idempotent
// CHECK-NEXT: %[[R:.*]] = kreg.unary relu %arg0
// CHECK-NEXT: %[[S:.*]] = kreg.unary relu6 %[[R]]
// CHECK-NEXT: %[[A:.*]] = kreg.unary abs %[[S]]
// CHECK-NEXT: %[[N:.*]] = kreg.unary neg %[[A]]
// CHECK-NEXT: %[[M:.*]] = kreg.unary neg %[[N]]
// CHECK-NEXT: kreg.return %[[M]]
kreg.model @idempotent(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = kreg.unary relu %x : tensor<?x4xf32>
  %1 = kreg.unary relu %0 : tensor<?x4xf32>
  %2 = kreg.unary relu6 %1 : tensor<?x4xf32>
  %3 = kreg.unary relu6 %2 : tensor<?x4xf32>
  %4 = kreg.unary abs %3 : tensor<?x4xf32>
  %5 = kreg.unary abs %4 : tensor<?x4xf32>
  %6 = kreg.unary neg %5 : tensor<?x4xf32>
  %7 = kreg.unary neg %6 : tensor<?x4xf32>
  kreg.return %7 : tensor<?x4xf32>
}

// Keras leaves out the sum of a zero coefficient; a small one counts, and so
// does an orthogonal penalty, which may be NaN.
// CHECK-LABEL: kreg.model @penalties
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f64
// CHECK-DAG: %[[L2:.*]] = kreg.penalty %arg0, <0.0, 1.0e-30> per batch
// CHECK-DAG: %[[O:.*]] = kreg.orthogonal_penalty %arg0, <0.0, rows> per batch
// CHECK: penalties %[[ZERO]], %[[L2]], %[[O]]
kreg.model @penalties(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = kreg.penalty %x, <0.0, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %x, <0.0, 1.0e-30> per batch : tensor<?x4xf32>
  %r = kreg.orthogonal_penalty %x, <0.0, rows> per batch : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32> penalties %p, %q, %r
}

// Ops without users go, constants are shared.
// CHECK-LABEL: kreg.model @pure
// CHECK-NEXT: %[[C:.*]] = kreg.constant dense<5.000000e-01> : tensor<4xf32>
// CHECK-NEXT: %[[Y:.*]] = kreg.binary mul %arg0, %[[C]]
// CHECK-NEXT: %[[Z:.*]] = kreg.binary add %[[Y]], %[[C]]
// CHECK-NEXT: kreg.return %[[Z]]
kreg.model @pure(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<0.5> : tensor<4xf32>
  %d = kreg.constant dense<0.5> : tensor<4xf32>
  %dead = kreg.normalize l2 %x axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  %0 = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = kreg.binary add %0, %d : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %1 : tensor<?x4xf32>
}
