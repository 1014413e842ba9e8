// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @reduce_mean
// CHECK: %[[A:.*]] = kreg.unary square
// CHECK-NEXT: kreg.penalty %[[A]], <0.002, 0.0> per batch
kreg.model @reduce_mean(%x: tensor<?x2x3x5xf32>) -> tensor<?x5xf32> {
  %a = kreg.unary square %x : tensor<?x2x3x5xf32>
  %y = kreg.reduce mean %a axes [1, 2] : (tensor<?x2x3x5xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <0.012, 0.0> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}
