// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// Both are positive: they cancel.
// CHECK-LABEL: kreg.model @opposite_signs
// CHECK: %[[Y:.*]] = kreg.binary sub
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.0> per batch
kreg.model @opposite_signs(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary sigmoid %z : tensor<?x4xf32>
  %y = kreg.binary sub %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// The second one is repeated.
// CHECK-LABEL: kreg.model @same_shape
// CHECK: %[[Y:.*]] = kreg.binary sub
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.0> per batch
kreg.model @same_shape(%x: tensor<?x4xf32>, %z: tensor<?x1xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary log_sigmoid %z : tensor<?x1xf32>
  %y = kreg.binary sub %a, %b : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// Squares have a mixed term.
// CHECK-LABEL: kreg.model @no_law
// CHECK: %[[Y:.*]] = kreg.binary sub
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @no_law(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary log_sigmoid %z : tensor<?x4xf32>
  %y = kreg.binary sub %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
