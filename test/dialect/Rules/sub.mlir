// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @sub
// CHECK: %[[A:.*]] = kreg.unary relu
// CHECK-NEXT: kreg.penalty %[[A]], <0.01, 0.0> per batch
// CHECK-NEXT: %[[B:.*]] = kreg.unary log_sigmoid
// CHECK-NEXT: kreg.penalty %[[B]], <0.01, 0.0> per batch
// CHECK-NEXT: kreg.binary sub
kreg.model @sub(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x4xf32>
  %b = kreg.unary log_sigmoid %z : tensor<?x4xf32>
  %y = kreg.binary sub %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
