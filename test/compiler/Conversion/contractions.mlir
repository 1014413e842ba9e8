// dense, conv and depthwise_conv are sums of products: loops batch, space,
// channels, then what is summed.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -split-input-file | FileCheck %s

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d2)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-LABEL: kreg.model @dense
// CHECK: %[[B:.*]] = tensor.dim %[[IN:.*]], %{{.*}} : tensor<?x5x4xf32>
// CHECK: %[[E:.*]] = tensor.empty(%[[B]]) : tensor<?x5x3xf32>
// CHECK: %[[Z:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%[[E]]
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%[[IN]], %{{.*}}) outs(%[[Z]]
// CHECK-NEXT: ^bb0(%[[L:.*]]: f32, %[[R:.*]]: f32, %[[A:.*]]: f32):
// CHECK-NEXT: %[[M:.*]] = arith.mulf %[[L]], %[[R]]
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[A]], %[[M]]
// CHECK-NEXT: linalg.yield %[[S]]
kreg.variable @w : tensor<4x3xf32>
kreg.model @dense(%x: tensor<?x5x4xf32>) -> tensor<?x5x3xf32> {
  %w = kreg.read @w : tensor<4x3xf32>
  %y = kreg.dense %x, %w : (tensor<?x5x4xf32>, tensor<4x3xf32>) -> tensor<?x5x3xf32>
  kreg.return %y : tensor<?x5x3xf32>
}

// -----

// Strides count result elements, dilations window elements; zeros around x are
// a tensor.pad.
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 + d5 * 3, d6)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
// CHECK-LABEL: kreg.model @conv
// CHECK: %[[P:.*]] = tensor.pad %{{.*}} low[0, 1, 0, 0] high[0, 0, 2, 0]
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%[[P]]
kreg.variable @w : tensor<3x2x2x4xf32>
kreg.model @conv(%x: tensor<?x6x6x2xf32>) -> tensor<?x3x5x4xf32> {
  %w = kreg.read @w : tensor<3x2x2x4xf32>
  %y = kreg.conv %x, %w strides [2, 1] dilations [1, 3] pads [1, 0] to [0, 2] : (tensor<?x6x6x2xf32>, tensor<3x2x2x4xf32>) -> tensor<?x3x5x4xf32>
  kreg.return %y : tensor<?x3x5x4xf32>
}

// -----

// The filter's group says which channels it reads.
// CHECK: #{{.*}} = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3, (d2 floordiv 3) * 2 + d4)>
// CHECK-LABEL: kreg.model @groups
// CHECK-NOT: tensor.pad
kreg.variable @w : tensor<2x2x6xf32>
kreg.model @groups(%x: tensor<?x5x4xf32>) -> tensor<?x4x6xf32> {
  %w = kreg.read @w : tensor<2x2x6xf32>
  %y = kreg.conv %x, %w strides [1] dilations [1] pads [0] to [0] groups 2 : (tensor<?x5x4xf32>, tensor<2x2x6xf32>) -> tensor<?x4x6xf32>
  kreg.return %y : tensor<?x4x6xf32>
}

// -----

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 + d3, d2 floordiv 2)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d2 floordiv 2, d2 mod 2)>
// CHECK-LABEL: kreg.model @depthwise
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
kreg.variable @w : tensor<3x4x2xf32>
kreg.model @depthwise(%x: tensor<?x5x4xf32>) -> tensor<?x3x8xf32> {
  %w = kreg.read @w : tensor<3x4x2xf32>
  %y = kreg.depthwise_conv %x, %w strides [1] dilations [1] pads [0] to [0] : (tensor<?x5x4xf32>, tensor<3x4x2xf32>) -> tensor<?x3x8xf32>
  kreg.return %y : tensor<?x3x8xf32>
}
