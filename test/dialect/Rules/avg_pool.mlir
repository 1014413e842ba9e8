// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-move-penalties -split-input-file | FileCheck %s --check-prefix=SITES

// A window of 6 elements: 1.2e-2/6. A site that keeps its value and adds no
// work stays behind the pooling.
// CHECK-LABEL: kreg.model @avg_pool
// CHECK: %[[A:.*]] = kreg.unary relu
// CHECK-NEXT: kreg.penalty %[[A]], <0.002, 0.0> per batch
// SITES-LABEL: kreg.model @avg_pool
// SITES: %[[Y:.*]] = kreg.pool avg
// SITES-NEXT: kreg.penalty %[[Y]]
kreg.model @avg_pool(%x: tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32> {
  %a = kreg.unary relu %x : tensor<?x4x6x2xf32>
  %y = kreg.pool avg %a window [2, 3] strides [2, 3] pads [0, 0] to [0, 0] : (tensor<?x4x6x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}
