// Transposed convolution, cropping, upsampling, normalisation, matmul and
// embedding.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -split-input-file | FileCheck %s

// With a dilation, x spread out with zeros between its elements (where
// 2·clamp(q / 2) is q), then a convolution with the kernel turned around.
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3 * 2, d4)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (-d3 + 2, d2, d4)>
// CHECK-LABEL: kreg.model @conv_transpose
// CHECK: kreg.family = #kreg<family contraction>
// CHECK: %[[S:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x14x2xf32>)
// CHECK: %[[Q:.*]] = arith.addi %{{.*}}, %c-4
// CHECK: %[[D:.*]] = arith.floordivsi %[[Q]], %c2
// CHECK: %[[T:.*]] = arith.muli %{{.*}}, %c2
// CHECK: %[[H:.*]] = arith.cmpi eq, %[[T]], %[[Q]]
// CHECK: %[[E:.*]] = tensor.extract
// CHECK: arith.select %[[H]], %[[E]], %{{.*}}
// CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #{{.*}}, #{{.*}}], {{.*}} ins(%[[S]]
kreg.variable @w : tensor<3x4x2xf32>
kreg.model @conv_transpose(%x: tensor<?x4x2xf32>) -> tensor<?x10x4xf32> {
  %w = kreg.read @w : tensor<3x4x2xf32>
  %y = kreg.conv_transpose %x, %w strides [2] dilations [2] pads [0] to [1] : (tensor<?x4x2xf32>, tensor<3x4x2xf32>) -> tensor<?x10x4xf32>
  kreg.return %y : tensor<?x10x4xf32>
}

// -----

// CHECK: #[[$M:.*]] = affine_map<(d0, d1, d2) -> (d0, d1 * 2 + 1, d2)>
// CHECK-LABEL: kreg.model @slice
// CHECK: linalg.generic {indexing_maps = [#[[$M]], #{{.*}}]
kreg.model @slice(%x: tensor<?x6x3xf32>) -> tensor<?x2x3xf32> {
  %y = kreg.slice %x low [0, 1, 0] high [0, 1, 0] strides [1, 2, 1] : (tensor<?x6x3xf32>) -> tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32>
}

// -----

// CHECK: #[[$M:.*]] = affine_map<(d0, d1, d2) -> (d0, d1 floordiv 2, d2)>
// CHECK-LABEL: kreg.model @repeat
// CHECK: linalg.generic {indexing_maps = [#[[$M]], #{{.*}}]
kreg.model @repeat(%x: tensor<?x2x3xf32>) -> tensor<?x4x3xf32> {
  %y = kreg.repeat %x factors [1, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x4x3xf32>
  kreg.return %y : tensor<?x4x3xf32>
}

// -----

// Two neighbours, their distance in whole numbers; a ReLU joins the kernel.
// CHECK-LABEL: kreg.model @resize
// CHECK: %[[F:.*]] = arith.floordivsi %{{.*}}, %c8
// CHECK: %[[A:.*]] = tensor.extract
// CHECK: %[[B:.*]] = tensor.extract
// CHECK: arith.sitofp
// CHECK: %[[D:.*]] = arith.subf %[[B]], %[[A]]
// CHECK: %[[S:.*]] = arith.mulf %[[D]]
// CHECK: arith.addf %[[A]], %[[S]]
// CHECK: arith.maximumf
kreg.model @resize(%x: tensor<?x2x1xf32>) -> tensor<?x4x1xf32> {
  %0 = kreg.resize bilinear %x to [4] : (tensor<?x2x1xf32>) -> tensor<?x4x1xf32>
  %y = kreg.unary relu %0 : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}

// -----

// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
// CHECK-LABEL: kreg.model @matmul
// CHECK: linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
kreg.model @matmul(%a: tensor<?x2x3xf32>, %b: tensor<?x3x4xf32>) -> tensor<?x2x4xf32> {
  %y = kreg.matmul %a, %b : (tensor<?x2x3xf32>, tensor<?x3x4xf32>) -> tensor<?x2x4xf32>
  kreg.return %y : tensor<?x2x4xf32>
}

// -----

// No row is read for an id that names none; the cast sees only ids that do.
// CHECK-LABEL: kreg.model @embedding
// CHECK: ^bb0(%[[ID:.*]]: f32, %{{.*}}: f32):
// CHECK-DAG: %[[LO:.*]] = arith.cmpf ogt, %[[ID]]
// CHECK-DAG: %[[HI:.*]] = arith.cmpf olt, %[[ID]]
// CHECK: %[[I:.*]] = arith.select %[[HI]], %[[ID]]
// CHECK: %[[S:.*]] = arith.select %[[LO]], %[[I]]
// CHECK: arith.fptosi %[[S]]
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: %[[E:.*]] = tensor.extract
// CHECK: %[[V:.*]] = arith.select %[[HI]], %[[E]]
// CHECK: arith.select %[[LO]], %[[V]]
kreg.variable @table : tensor<10x4xf32>
kreg.model @embedding(%ids: tensor<?x3xf32>) -> tensor<?x3x4xf32> {
  %t = kreg.read @table : tensor<10x4xf32>
  %y = kreg.embedding %ids, %t : (tensor<?x3xf32>, tensor<10x4xf32>) -> tensor<?x3x4xf32>
  kreg.return %y : tensor<?x3x4xf32>
}

// -----

// What is a one of a row of one is told from infinities without x - x.
// CHECK-LABEL: kreg.model @softmax_of_one
// CHECK: %[[M:.*]] = math.absf
// CHECK: %[[F:.*]] = arith.cmpf olt, %[[M]]
// CHECK: arith.select %[[F]]
kreg.model @softmax_of_one(%x: tensor<?x3x1xf32>) -> tensor<?x3x1xf32> {
  %y = kreg.softmax %x axis 2 : tensor<?x3x1xf32>
  kreg.return %y : tensor<?x3x1xf32>
}
