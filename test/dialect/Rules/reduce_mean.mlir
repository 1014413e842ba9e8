// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @reduce_mean
// CHECK: %[[A:.*]] = kreg.unary square
// CHECK-NEXT: kreg.penalty %[[A]], <2.000000e-03 : f64, 0.000000e+00 : f64> per batch
kreg.model @reduce_mean(%x: tensor<?x2x3x5xf32>) -> tensor<?x5xf32> {
  %a = kreg.unary square %x : tensor<?x2x3x5xf32>
  %y = kreg.reduce mean %a axes [1, 2] : (tensor<?x2x3x5xf32>) -> tensor<?x5xf32>
  %p = kreg.penalty %y, <1.2e-2 : f64, 0.0 : f64> per batch : tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32> penalties %p
}
