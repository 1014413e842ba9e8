// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @pad
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: kreg.penalty %[[X]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.pad
kreg.model @pad(%x: tensor<?x4xf32>) -> tensor<?x7xf32> {
  %y = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x4xf32>) -> tensor<?x7xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x7xf32>
  kreg.return %y : tensor<?x7xf32> penalties %p
}
