// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// Elements of both signs cancel.
// CHECK-LABEL: kreg.model @non_negative
// CHECK: %[[Y:.*]] = kreg.reduce mean
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @non_negative(%x: tensor<?x2x3x5xf32>) -> tensor<?x5xf32> {
  %a = kreg.unary tanh %x : tensor<?x2x3x5xf32>
  %y = kreg.reduce mean %a axes [1, 2] : (tensor<?x2x3x5xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}

// -----

// The square of a sum is not the sum of squares.
// CHECK-LABEL: kreg.model @no_law
// CHECK: %[[Y:.*]] = kreg.reduce mean
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @no_law(%x: tensor<?x2x3x5xf32>) -> tensor<?x5xf32> {
  %a = kreg.unary square %x : tensor<?x2x3x5xf32>
  %y = kreg.reduce mean %a axes [1, 2] : (tensor<?x2x3x5xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <0.012, 0.01> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}

// -----

// A mean of nothing is no number.
// CHECK-LABEL: kreg.model @not_empty
// CHECK: %[[Y:.*]] = kreg.reduce mean
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @not_empty(%x: tensor<?x0x5xf32>) -> tensor<?x5xf32> {
  %a = kreg.unary square %x : tensor<?x0x5xf32>
  %y = kreg.reduce mean %a axes [1] : (tensor<?x0x5xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}
