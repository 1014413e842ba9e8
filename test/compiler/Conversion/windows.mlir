// Pooling, reductions and softmax.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -split-input-file | FileCheck %s

// A maximum starts at -infinity, pads with it, and propagates NaN.
// CHECK: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 2 + d3, d2)>
// CHECK-LABEL: kreg.model @max_pool
// CHECK: %[[LOW:.*]] = arith.constant 0xFF800000 : f32
// CHECK: %[[P:.*]] = tensor.pad %{{.*}} low[0, 0, 0] high[0, 1, 0]
// CHECK: tensor.yield %[[LOW]]
// CHECK: %[[I:.*]] = linalg.fill ins(%[[LOW]]
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #{{.*}}, #{{.*}}], {{.*}} ins(%[[P]], %{{.*}} : tensor<?x6x2xf32>, tensor<2xf32>) outs(%[[I]]
// CHECK: arith.maximumf
kreg.model @max_pool(%x: tensor<?x5x2xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.pool max %x window [2] strides [2] pads [0] to [1] : (tensor<?x5x2xf32>) -> tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}

// -----

// A mean divides by the number of elements inside of x: clipped ends of the
// window, counted by index.
// CHECK-LABEL: kreg.model @avg_pool
// CHECK: tensor.pad %{{.*}} low[0, 1, 0] high[0, 1, 0]
// CHECK: arith.addf
// CHECK: linalg.generic
// CHECK: %[[O:.*]] = linalg.index 1
// CHECK: %[[T:.*]] = arith.muli %[[O]], %{{.*}}
// CHECK: %[[F:.*]] = arith.subi %[[T]], %{{.*}}
// CHECK: %[[E:.*]] = arith.addi %[[F]], %{{.*}}
// CHECK: %[[HI:.*]] = arith.minsi %[[E]], %{{.*}}
// CHECK: %[[LO:.*]] = arith.maxsi %[[F]], %{{.*}}
// CHECK: arith.subi %[[HI]], %[[LO]]
// CHECK: %[[N:.*]] = arith.sitofp
// CHECK: arith.divf %{{.*}}, %[[N]]
kreg.model @avg_pool(%x: tensor<?x5x2xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.pool avg %x window [3] strides [2] pads [1] to [1] : (tensor<?x5x2xf32>) -> tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}

// -----

// CHECK: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
// CHECK-LABEL: kreg.model @mean
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #{{.*}}], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
// CHECK: arith.addf
// CHECK: linalg.generic
// CHECK: %[[N:.*]] = arith.constant 2.000000e+01 : f32
// CHECK: arith.divf %{{.*}}, %[[N]]
kreg.model @mean(%x: tensor<?x5x4x3xf32>) -> tensor<?x3xf32> {
  %y = kreg.reduce mean %x axes [1, 2] : (tensor<?x5x4x3xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}

// -----

// Kept dimensions are a view.
// CHECK-LABEL: kreg.model @max_keepdims
// CHECK: arith.maximumf
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1], [2]] output_shape {{.*}} : tensor<?x3xf32> into tensor<?x1x3xf32>
kreg.model @max_keepdims(%x: tensor<?x5x3xf32>) -> tensor<?x1x3xf32> {
  %y = kreg.reduce max %x axes [1] keepdims : (tensor<?x5x3xf32>) -> tensor<?x1x3xf32>
  kreg.return %y : tensor<?x1x3xf32>
}

// -----

// Maximum of a row, exponentials, their sum, quotients.
// CHECK-LABEL: kreg.model @softmax
// CHECK: %[[M:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x2xf32>)
// CHECK: arith.maximumf
// CHECK: %[[E:.*]] = linalg.generic {{.*}} ins(%[[X:.*]], %[[M]] : tensor<?x2x3xf32>, tensor<?x2xf32>)
// CHECK: %[[D:.*]] = arith.subf
// CHECK-NEXT: math.exp %[[D]]
// CHECK: %[[S:.*]] = linalg.generic {{.*}} ins(%[[E]]
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} ins(%[[E]], %[[S]]
// CHECK: arith.divf
kreg.model @softmax(%x: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> {
  %y = kreg.softmax %x axis 2 : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32>
}
