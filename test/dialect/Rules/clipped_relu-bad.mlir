// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// tanh is negative where x is.
// CHECK-LABEL: kreg.model @passes_all
// CHECK: %[[Y:.*]] = kreg.unary clipped_relu
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @passes_all(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %a params [0.1, 0.0, 1.0] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// Below the threshold elements change.
// CHECK-LABEL: kreg.model @passes_all_threshold
// CHECK: %[[Y:.*]] = kreg.unary clipped_relu
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @passes_all_threshold(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %a params [0.0, 0.5, 1.0] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// The maximum cuts.
// CHECK-LABEL: kreg.model @passes_all_maximum
// CHECK: %[[Y:.*]] = kreg.unary clipped_relu
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @passes_all_maximum(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %a params [0.0, 0.0, 0.5] : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
