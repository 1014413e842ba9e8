// Targets and sample weights become arguments, losses scalars in front of the
// penalties; a crossentropy of a softmax is computed from its argument.
// RUN: kreg-opt %s --kreg-append-loss --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: kreg.model @mse(
// CHECK-SAME: %[[X:.+]]: tensor<?x4xf32>, %[[T:.+]]: tensor<?x4xf32> {kreg.name = "t_0"}, %[[W:.+]]: tensor<?xf32> {kreg.name = "w_0"})
// CHECK: %[[E:.+]] = kreg.binary sub %[[X]], %[[T]]
// CHECK: %[[S:.+]] = kreg.unary square %[[E]]
// CHECK: %[[M:.+]] = kreg.reduce mean %[[S]] axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
// CHECK: %[[V:.+]] = kreg.binary mul %[[M]], %[[W]]
// CHECK: %[[L:.+]] = kreg.total %[[V]] per batch
// CHECK: kreg.return penalties %[[L]], %{{.+}}
kreg.model @mse(%x: tensor<?x4xf32>) -> tensor<?x4xf32>
    attributes {kreg.losses = [{kind = "mean_squared_error"}]} {
  %p = kreg.penalty %x, <0.1, 0.0> per batch : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32> penalties %p
}

// -----

// CHECK-LABEL: kreg.model @sparse(
// CHECK-SAME: tensor<?xf32> {kreg.name = "t_0"}
// CHECK: %[[HOT:.+]] = kreg.one_hot
// CHECK: %[[MAX:.+]] = kreg.reduce max %[[Z:.+]] axes [1] keepdims {kreg.no_gradient}
// CHECK: kreg.binary sub %[[Z]], %[[MAX]]
// CHECK: kreg.total {{.*}} per none
kreg.model @sparse(%x: tensor<?x10xf32>) -> tensor<?x10xf32>
    attributes {kreg.losses = [{kind = "sparse_categorical_crossentropy", reduction = "sum"}]} {
  %0 = kreg.softmax %x axis 1 : tensor<?x10xf32>
  kreg.return %0 : tensor<?x10xf32>
}

// -----

// Backends but TensorFlow clip the probabilities; an output may have no loss.
// CHECK-LABEL: kreg.model @clipped(
// CHECK-SAME: {kreg.name = "t_0"}{{.*}} {kreg.name = "t_1"}{{.*}} {kreg.name = "w_0"}{{.*}} {kreg.name = "w_1"}
// CHECK: %[[P:.+]] = kreg.unary sigmoid
// CHECK: %[[HIGH:.+]] = kreg.binary max %[[P]],
// CHECK: %[[CLIPPED:.+]] = kreg.binary min %[[HIGH]],
// CHECK: kreg.unary log %[[CLIPPED]]
// CHECK: %[[L:.+]] = kreg.total
// CHECK: %[[NONE:.+]] = arith.constant 0.000000e+00 : f64
// CHECK: kreg.return penalties %[[L]], %[[NONE]]
kreg.model @clipped(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>)
    attributes {kreg.losses = [{kind = "binary_crossentropy", cached_logits = false}, {kind = "none"}]} {
  %0 = kreg.unary sigmoid %x : tensor<?x4xf32>
  %1 = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// expected-error @+1 {{needs an attribute 'kreg.losses' with one dictionary per output}}
kreg.model @none(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  kreg.return %x : tensor<?x4xf32>
}

// -----

// expected-error @+1 {{the loss 'surprise' is not supported; use one of Keras' own}}
kreg.model @unknown(%x: tensor<?x4xf32>) -> tensor<?x4xf32>
    attributes {kreg.losses = [{kind = "surprise"}]} {
  kreg.return %x : tensor<?x4xf32>
}
