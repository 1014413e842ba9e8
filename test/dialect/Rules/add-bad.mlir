// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// One input of either sign is enough to cancel.
// CHECK-LABEL: kreg.model @non_negative
// CHECK: %[[Y:.*]] = kreg.binary add
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @non_negative(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary tanh %y : tensor<?x4xf32>
  %z = kreg.binary add %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %z, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %z : tensor<?x4xf32> penalties %p
}

// -----

// A broadcast input counts several times.
// CHECK-LABEL: kreg.model @same_shape
// CHECK: %[[Y:.*]] = kreg.binary add
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @same_shape(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary exp %y : tensor<?x1xf32>
  %z = kreg.binary add %a, %b : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %z, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %z : tensor<?x4xf32> penalties %p
}

// -----

// The square of a sum has a mixed term.
// CHECK-LABEL: kreg.model @no_law
// CHECK: %[[Y:.*]] = kreg.binary add
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @no_law(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary exp %y : tensor<?x4xf32>
  %z = kreg.binary add %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %z, <0.01, 0.01> per batch : tensor<?x4xf32>
  kreg.return %z : tensor<?x4xf32> penalties %p
}

// -----

// A difference cancels.
// CHECK-LABEL: kreg.model @difference
// CHECK: %[[Y:.*]] = kreg.binary sub
// CHECK-NEXT: kreg.penalty %[[Y]]
kreg.model @difference(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary exp %y : tensor<?x4xf32>
  %z = kreg.binary sub %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %z, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %z : tensor<?x4xf32> penalties %p
}
