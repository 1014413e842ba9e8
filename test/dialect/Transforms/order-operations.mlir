// RUN: kreg-opt %s -kreg-order-operations -split-input-file | FileCheck %s

// Both branches in the order of the operands of the last op, whatever the file
// says; penalties directly behind their tensors.
// CHECK-LABEL: kreg.model @branches
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[A:.*]] = kreg.unary relu %[[X]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[A]], <1.0
// CHECK-NEXT: %[[B:.*]] = kreg.unary tanh %[[X]]
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[B]], <2.0
// CHECK-NEXT: %[[Y:.*]] = kreg.binary sub %[[A]], %[[B]]
// CHECK-NEXT: kreg.return %[[Y]] : tensor<?x4xf32> penalties %[[Q]], %[[P]]
kreg.model @branches(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %b = kreg.unary tanh %x : tensor<?x4xf32>
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.binary sub %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %a, <1.0, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %b, <2.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %q, %p
}

// -----

// A tensor that only a penalty needs comes after those of the outputs.
// CHECK-LABEL: kreg.model @only_penalised
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[Y:.*]] = kreg.unary relu %[[X]]
// CHECK-NEXT: %[[B:.*]] = kreg.unary tanh %[[X]]
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[B]]
// CHECK-NEXT: kreg.return %[[Y]]
kreg.model @only_penalised(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %b = kreg.unary tanh %x : tensor<?x4xf32>
  %q = kreg.penalty %b, <2.0, 0.0> per batch : tensor<?x4xf32>
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %q
}
