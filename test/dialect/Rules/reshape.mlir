// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @reshape
// CHECK-SAME: (%[[X:.*]]: tensor<?x2x3xf32>)
// CHECK-NEXT: kreg.penalty %[[X]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.reshape
kreg.model @reshape(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %y = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32> penalties %p
}
