// Ops that only move elements, and copies.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -split-input-file | FileCheck %s

// CHECK: #[[$M:.*]] = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
// CHECK-LABEL: kreg.model @transpose
// CHECK: linalg.generic {indexing_maps = [#[[$M]], #{{.*}}]
kreg.model @transpose(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}

// -----

// CHECK-LABEL: kreg.model @pad
// CHECK: %[[Y:.*]] = tensor.pad %{{.*}} low[0, 1] high[0, 2]
// CHECK: kreg.yield %[[Y]]
kreg.model @pad(%x: tensor<?x2xf32>) -> tensor<?x5xf32> {
  %y = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x2xf32>) -> tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32>
}

// -----

// CHECK-LABEL: kreg.model @concat
// CHECK: %[[Y:.*]] = tensor.concat dim(1) %[[A:.*]], %{{.*}}, %[[A]]
// CHECK: kreg.yield %[[Y]]
kreg.model @concat(%x: tensor<?x2xf32>, %z: tensor<?x3xf32>) -> tensor<?x7xf32> {
  %y = kreg.concat %x, %z, %x axis 1 : (tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x2xf32>) -> tensor<?x7xf32>
  kreg.return %y : tensor<?x7xf32>
}

// -----

// A kernel that yields its operand copies it.
// CHECK-LABEL: kreg.model @copy
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<?x2xf32>)
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: linalg.yield %[[X]]
// CHECK: kreg.yield %[[Y]]
kreg.model @copy(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  kreg.return %x : tensor<?x2xf32>
}
