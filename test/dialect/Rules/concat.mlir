// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s --check-prefix=SITES

// A penalty for each input. A site that keeps its own value stays.
// CHECK-LABEL: kreg.model @concat
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[Y:.*]]: tensor<?x2xf32>)
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[X]], <0.01, 0.02> per batch
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[Y]], <0.01, 0.02> per batch
// CHECK: penalties %[[P]], %[[Q]]
// SITES-LABEL: kreg.model @concat
// SITES: %[[Z:.*]] = kreg.concat
// SITES-NEXT: kreg.penalty %[[Z]]
kreg.model @concat(%x: tensor<?x4xf32>, %y: tensor<?x2xf32>) -> tensor<?x6xf32> {
  %z = kreg.concat %x, %y axis 1 : (tensor<?x4xf32>, tensor<?x2xf32>) -> tensor<?x6xf32>
  %p = kreg.penalty %z, <0.01, 0.02> per batch : tensor<?x6xf32>
  kreg.return %z : tensor<?x6xf32> penalties %p
}

// -----

// One tensor twice: twice its penalty.
// CHECK-LABEL: kreg.model @concat_with_itself
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: kreg.penalty %[[X]], <0.02, 0.04> per batch
kreg.model @concat_with_itself(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %z = kreg.concat %x, %x axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %p = kreg.penalty %z, <0.01, 0.02> per batch : tensor<?x8xf32>
  kreg.return %z : tensor<?x8xf32> penalties %p
}
