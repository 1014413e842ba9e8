// Core ops of one kernel that are one value in linalg.
// RUN: kreg-opt %s --kreg-form-kernels --convert-kreg-to-linalg --cse --kreg-print-plans --split-input-file | FileCheck %s

// One result, which both readers read.
// CHECK-LABEL: plan k_read_twice_dense
// CHECK: output out0
// CHECK-NOT: output
// CHECK: plan k_read_twice_reduce
// CHECK-LABEL: kreg.model @read_twice
// CHECK: %[[K:.+]] = kreg.kernel "read_twice_dense"
// CHECK: kreg.kernel "read_twice_reduce" (%{{.+}} = %[[K]] :
// CHECK: kreg.kernel "read_twice_reduce_{{.+}}" (%{{.+}} = %[[K]] :
// CHECK: kreg.return %[[K]],
module attributes {kreg.training} {
  kreg.variable @k trainable : tensor<3x4xf32>
  kreg.model @read_twice(%x: tensor<?x3xf32>) -> (tensor<?x4xf32>, tensor<?xf32>, tensor<?xf32>) {
    %k = kreg.read @k : tensor<3x4xf32>
    %0 = kreg.dense %x, %k : (tensor<?x3xf32>, tensor<3x4xf32>) -> tensor<?x4xf32>
    %a = kreg.unary square %0 : tensor<?x4xf32>
    %b = kreg.unary square %0 : tensor<?x4xf32>
    %s = kreg.reduce sum %a axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
    %m = kreg.reduce max %b axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
    kreg.return %b, %s, %m : tensor<?x4xf32>, tensor<?xf32>, tensor<?xf32>
  }
}

// -----

// Outputs that are one value need memory each.
// CHECK-LABEL: plan k_returned_dense
// CHECK: output out0
// CHECK: output out1
// CHECK: output out2
// CHECK: stage out0
// CHECK: out0 = max(
// CHECK: stage out1
// CHECK: out1 = out0[i0, i1]
// CHECK: stage out2
// CHECK: out2 = out1[i0, i1]
// CHECK-LABEL: kreg.model @returned
// CHECK: %[[R:.+]]:3 = kreg.kernel "returned_dense"
// CHECK: %[[V:.+]] = kreg.reshape %[[R]]#1
// CHECK: kreg.return %[[R]]#0, %[[V]], %[[R]]#2
module attributes {kreg.training} {
  kreg.variable @k trainable : tensor<3x4xf32>
  kreg.model @returned(%x: tensor<?x3xf32>) -> (tensor<?x4xf32>, tensor<?x2x2xf32>, tensor<?x4xf32>) {
    %k = kreg.read @k : tensor<3x4xf32>
    %0 = kreg.dense %x, %k : (tensor<?x3xf32>, tensor<3x4xf32>) -> tensor<?x4xf32>
    %a = kreg.unary relu %0 : tensor<?x4xf32>
    %b = kreg.unary relu %0 : tensor<?x4xf32>
    %c = kreg.unary relu %0 : tensor<?x4xf32>
    %v = kreg.reshape %b : tensor<?x4xf32> to tensor<?x2x2xf32>
    kreg.return %a, %v, %c : tensor<?x4xf32>, tensor<?x2x2xf32>, tensor<?x4xf32>
  }
}
