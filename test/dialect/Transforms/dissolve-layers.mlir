// RUN: kreg-opt %s -kreg-dissolve-layers -split-input-file | FileCheck %s

// The penalty of a layer is a penalty of what its body yields, after the
// activation, directly behind it.
// CHECK-LABEL: kreg.model @attached
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[Y:.*]] = kreg.unary relu %[[X]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[Y]], <0.0, 0.01> per batch
// CHECK-NEXT: %[[Z:.*]] = kreg.unary tanh %[[Y]]
// CHECK-NEXT: kreg.return %[[Z]] : tensor<?x4xf32> penalties %[[P]]
kreg.model @attached(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.layer "re_lu" ReLU penalised <0.0, 0.01> per batch {
    %0 = kreg.unary relu %x : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %z = kreg.layer "tanh" Activation {
    %0 = kreg.unary tanh %y : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %z : tensor<?x4xf32>
}

// -----

// The standalone form is the same text, whichever call comes first.
// CHECK-LABEL: kreg.model @standalone
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[Y:.*]] = kreg.unary relu %[[X]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[Y]], <0.0, 0.01> per batch
// CHECK-NEXT: %[[Z:.*]] = kreg.unary tanh %[[Y]]
// CHECK-NEXT: %[[S:.*]] = kreg.binary add %[[Z]], %[[Y]]
// CHECK-NEXT: kreg.return %[[S]] : tensor<?x4xf32> penalties %[[P]]
kreg.model @standalone(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.layer "re_lu" ReLU {
    %0 = kreg.unary relu %x : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %z = kreg.layer "tanh" Activation {
    %0 = kreg.unary tanh %y : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %ar = kreg.layer "ar" ActivityRegularization penalised <0.0, 0.01> per batch {
    kreg.yield %y : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %s = kreg.layer "add" Add {
    %0 = kreg.binary add %z, %ar : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %s : tensor<?x4xf32>
}

// -----

// One penalty per call of a shared layer and per output, in that order; two
// penalties of one tensor stay two, in the order of the calls.
// CHECK-LABEL: kreg.model @order_of_calls
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[X]], <1.0{{.*}}> per none
// CHECK-NEXT: %[[A:.*]] = kreg.penalty %[[X]], <2.0{{.*}}> per batch
// CHECK-NEXT: %[[Y:.*]] = kreg.unary abs %[[X]]
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[Y]], <1.0{{.*}}> per none
// CHECK-NEXT: %[[B:.*]] = kreg.penalty %[[Y]], <2.0{{.*}}> per batch
// CHECK-NEXT: kreg.return %[[X]], %[[Y]] : {{.*}} penalties %[[P]], %[[Q]], %[[A]], %[[B]]
kreg.model @order_of_calls(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %p = kreg.layer "ar" ActivityRegularization penalised <1.0, 0.0> per none {
    kreg.yield %x : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %y = kreg.layer "abs" Activation {
    %0 = kreg.unary abs %p : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %q = kreg.layer "ar" ActivityRegularization call 1 penalised <1.0, 0.0> per none {
    kreg.yield %y : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %r:2 = kreg.layer "both" Both penalised <2.0, 0.0> per batch {
    kreg.yield %p, %q : tensor<?x4xf32>, tensor<?x4xf32>
  } : tensor<?x4xf32>, tensor<?x4xf32>
  kreg.return %r#0, %r#1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// Keras divides by dimension 0 of the output itself; a scalar has none.
// CHECK-LABEL: kreg.model @scalar_output
// CHECK: kreg.penalty %{{.*}}, <1.0{{.*}}> per none : tensor<f32>
kreg.model @scalar_output(%x: tensor<f32>) -> tensor<f32> {
  %y = kreg.layer "scalar" Scalar penalised <1.0, 0.0> per batch {
    kreg.yield %x : tensor<f32>
  } : tensor<f32>
  kreg.return %y : tensor<f32>
}

// -----

// Penalties that are there already come first.
// CHECK-LABEL: kreg.model @appended
// CHECK: %[[P:.*]] = kreg.penalty %{{.*}}, <5.0
// CHECK: %[[Q:.*]] = kreg.penalty %{{.*}}, <7.0
// CHECK: penalties %[[P]], %[[Q]]
kreg.model @appended(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = kreg.penalty %x, <5.0, 0.0> per batch : tensor<?x4xf32>
  %y = kreg.layer "ar" ActivityRegularization penalised <7.0, 0.0> per batch {
    kreg.yield %x : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
