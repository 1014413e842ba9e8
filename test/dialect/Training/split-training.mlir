// One model becomes the three of a training library, over the same variables.
// RUN: kreg-opt %s --kreg-training-pipeline --split-input-file --verify-diagnostics | FileCheck %s

// CHECK: module attributes {kreg.training}
// CHECK: kreg.variable @kernel trainable penalised <0.0, 0.5>
// CHECK-LABEL: kreg.model @forward(
// CHECK-SAME: mode = "inference"
// CHECK-NOT: kreg.random
// CHECK: kreg.return %{{.+}} : tensor<?x2xf32> penalties %{{.+}}{{$}}
// CHECK-LABEL: kreg.model @evaluate(
// CHECK-SAME: "t_0"{{.*}} "w_0"
// CHECK-SAME: mode = "inference"
// CHECK-NOT: kreg.random
// CHECK: %[[P:.+]] = kreg.penalty
// CHECK: %[[L:.+]] = kreg.total
// CHECK: kreg.return %{{.+}} : tensor<?x2xf32> penalties %[[L]], %[[P]]
// The step returns its outputs and gradients; the penalty of the weight is not
// in them.
// CHECK-LABEL: kreg.model @step(
// CHECK-SAME: -> (tensor<?x2xf32>{{.*}}, tensor<4x2xf32> {kreg.name = "grad/kernel"})
// CHECK-SAME: mode = "step"
// CHECK: kreg.random uniform
// CHECK: %[[G:.+]] = kreg.dense_kernel_gradient
// CHECK-NEXT: kreg.return %{{.+}}, %[[G]] :
kreg.variable @kernel trainable penalised <0.0, 0.5> : tensor<4x2xf32>
kreg.model @model(%x: tensor<?x4xf32>) -> tensor<?x2xf32>
    attributes {kreg.losses = [{kind = "mean_squared_error"}]} {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %y = kreg.layer "dense" Dense penalised <0.25, 0.0> per batch {
    %0 = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
    kreg.yield %0 : tensor<?x2xf32>
  } : tensor<?x2xf32>
  %z = kreg.layer "dropout" Dropout {
    %0 = kreg.dropout %y rate 0.5 : tensor<?x2xf32>
    kreg.yield %0 : tensor<?x2xf32>
  } : tensor<?x2xf32>
  kreg.return %z : tensor<?x2xf32>
}

// -----

// expected-error @+1 {{has 0 models, but training takes one}}
module {
}
