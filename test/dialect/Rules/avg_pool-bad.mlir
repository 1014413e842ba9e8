// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// Elements of both signs cancel inside of a window.
// CHECK-LABEL: kreg.model @non_negative
// CHECK: %[[Y:.*]] = kreg.pool avg
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @non_negative(%x: tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32> {
  %a = kreg.unary tanh %x : tensor<?x4x6x2xf32>
  %y = kreg.pool avg %a window [2, 3] strides [2, 3] pads [0, 0] to [0, 0] : (tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}

// -----

// Windows overlap.
// CHECK-LABEL: kreg.model @exact_tiling
// CHECK: %[[Y:.*]] = kreg.pool avg
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @exact_tiling(%x: tensor<?x4x6x2xf32>) -> tensor<?x3x2x2xf32> {
  %a = kreg.unary relu %x : tensor<?x4x6x2xf32>
  %y = kreg.pool avg %a window [2, 3] strides [1, 3] pads [0, 0] to [0, 0] : (tensor<?x4x6x2xf32>) -> tensor<?x3x2x2xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x3x2x2xf32>
  kreg.return %y : tensor<?x3x2x2xf32> penalties %p
}

// -----

// Windows at the border divide by less.
// CHECK-LABEL: kreg.model @exact_tiling_padded
// CHECK: %[[Y:.*]] = kreg.pool avg
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @exact_tiling_padded(%x: tensor<?x4x6x2xf32>) -> tensor<?x3x2x2xf32> {
  %a = kreg.unary relu %x : tensor<?x4x6x2xf32>
  %y = kreg.pool avg %a window [2, 3] strides [2, 3] pads [1, 0] to [1, 0] : (tensor<?x4x6x2xf32>) -> tensor<?x3x2x2xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x3x2x2xf32>
  kreg.return %y : tensor<?x3x2x2xf32> penalties %p
}

// -----

// The last column is in no window.
// CHECK-LABEL: kreg.model @exact_tiling_rest
// CHECK: %[[Y:.*]] = kreg.pool avg
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @exact_tiling_rest(%x: tensor<?x4x7x2xf32>) -> tensor<?x2x2x2xf32> {
  %a = kreg.unary relu %x : tensor<?x4x7x2xf32>
  %y = kreg.pool avg %a window [2, 3] strides [2, 3] pads [0, 0] to [0, 0] : (tensor<?x4x7x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}

// -----

// The square of a mean is not the mean of squares.
// CHECK-LABEL: kreg.model @no_law
// CHECK: %[[Y:.*]] = kreg.pool avg
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @no_law(%x: tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32> {
  %a = kreg.unary relu %x : tensor<?x4x6x2xf32>
  %y = kreg.pool avg %a window [2, 3] strides [2, 3] pads [0, 0] to [0, 0] : (tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <0.012, 0.01> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}

// -----

// The maximum is not a sum.
// CHECK-LABEL: kreg.model @maximum
// CHECK: %[[Y:.*]] = kreg.pool max
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @maximum(%x: tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32> {
  %a = kreg.unary relu %x : tensor<?x4x6x2xf32>
  %y = kreg.pool max %a window [2, 3] strides [2, 3] pads [0, 0] to [0, 0] : (tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}
