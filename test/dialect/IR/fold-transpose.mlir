// RUN: kreg-opt %s -canonicalize | FileCheck %s

// There and back: what two layers with channels first have between them.
// CHECK-LABEL: kreg.model @inverse
// CHECK-SAME: (%[[X:.*]]: tensor<?x3x4x5xf32>)
// CHECK-NEXT: kreg.return %[[X]]
kreg.model @inverse(%x: tensor<?x3x4x5xf32>) -> tensor<?x3x4x5xf32> {
  %0 = kreg.transpose %x perm [0, 3, 1, 2] : (tensor<?x3x4x5xf32>) -> tensor<?x5x3x4xf32>
  %1 = kreg.transpose %0 perm [0, 2, 3, 1] : (tensor<?x5x3x4xf32>) -> tensor<?x3x4x5xf32>
  kreg.return %1 : tensor<?x3x4x5xf32>
}

// CHECK-LABEL: kreg.model @composed
// CHECK-SAME: (%[[X:.*]]: tensor<?x3x4x5xf32>)
// CHECK-NEXT: %[[Y:.*]] = kreg.transpose %[[X]] perm [0, 2, 3, 1] : (tensor<?x3x4x5xf32>) -> tensor<?x4x5x3xf32>
// CHECK-NEXT: kreg.return %[[Y]]
kreg.model @composed(%x: tensor<?x3x4x5xf32>) -> tensor<?x4x5x3xf32> {
  %0 = kreg.transpose %x perm [0, 3, 1, 2] : (tensor<?x3x4x5xf32>) -> tensor<?x5x3x4xf32>
  %1 = kreg.transpose %0 perm [0, 3, 1, 2] : (tensor<?x5x3x4xf32>) -> tensor<?x4x5x3xf32>
  kreg.return %1 : tensor<?x4x5x3xf32>
}
