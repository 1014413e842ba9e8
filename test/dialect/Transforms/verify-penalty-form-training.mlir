// RUN: kreg-opt %s -kreg-verify-penalty-form=specialised=false | FileCheck %s

// Before a model is specialised it may still drop and train.
// CHECK-LABEL: kreg.model @training
// CHECK: kreg.dropout
kreg.model @training(%x: tensor<?x4xf32>, %m: tensor<4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %z = kreg.batch_norm %y mean %m variance %m epsilon 1.0e-3 axis 1 trained
      : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %z : tensor<?x4xf32>
}
