// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// Elements of both signs cancel.
// CHECK-LABEL: kreg.model @non_negative
// CHECK: %[[Y:.*]] = kreg.reduce sum
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @non_negative(%x: tensor<?x2x3x5xf32>) -> tensor<?x5xf32> {
  %a = kreg.unary tanh %x : tensor<?x2x3x5xf32>
  %y = kreg.reduce sum %a axes [1, 2] : (tensor<?x2x3x5xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}

// -----

// The square of a sum is not the sum of squares.
// CHECK-LABEL: kreg.model @no_law
// CHECK: %[[Y:.*]] = kreg.reduce sum
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @no_law(%x: tensor<?x2x3x5xf32>) -> tensor<?x5xf32> {
  %a = kreg.unary square %x : tensor<?x2x3x5xf32>
  %y = kreg.reduce sum %a axes [1, 2] : (tensor<?x2x3x5xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <0.012, 0.01> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}

