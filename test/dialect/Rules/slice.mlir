// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// The cut undoes the pad; of the sum the penalty goes up through both.
// CHECK-LABEL: kreg.model @slice
// CHECK-SAME: (%[[X:[^:]*]]: tensor
// CHECK: kreg.penalty %[[X]], <0.01, 0.02> per batch
// CHECK: kreg.pad
kreg.model @slice(%x: tensor<?x4xf32>) -> tensor<?x5xf32> {
  %a = kreg.pad %x low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  %y = kreg.slice %a low [0, 1] high [0, 0] : (tensor<?x6xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}
