// RUN: kreg-opt %s -kreg-specialize-inference -split-input-file | FileCheck %s

// CHECK-LABEL: kreg.model @dropout
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-SAME: attributes {mode = "inference"}
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[X]]
// CHECK-NEXT: kreg.return %[[X]] : tensor<?x4xf32> penalties %[[P]]
kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 2.0e-1 seed 7 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// Rate 1 too: at inference nothing is dropped. Inside of layers as well.
// CHECK-LABEL: kreg.model @dropout_in_layer
// CHECK: kreg.layer "dropout" Dropout {
// CHECK-NEXT: kreg.yield %{{x|arg0}}
kreg.model @dropout_in_layer(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.layer "dropout" Dropout {
    %0 = kreg.dropout %x rate 1.0 noise_shape [0, 1] : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Momentum and batch statistics are facts of training; weights stay trainable,
// because their penalties can still be asked for.
// CHECK: kreg.variable @gamma trainable penalised
kreg.variable @gamma trainable penalised <0.0, 1.0> : tensor<4xf32>
kreg.variable @mean : tensor<4xf32>
// CHECK-LABEL: kreg.model @batch_norm
// CHECK: kreg.batch_norm
// CHECK-NOT: momentum
// CHECK-NOT: trained
// CHECK-SAME: axis 1 :
kreg.model @batch_norm(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %g = kreg.read @gamma : tensor<4xf32>
  %m = kreg.read @mean : tensor<4xf32>
  %y = kreg.batch_norm %x mean %m variance %m gamma %g epsilon 1.0e-3 axis 1 momentum 0.5 trained
      : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
