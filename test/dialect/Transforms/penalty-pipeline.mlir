// RUN: kreg-opt %s -kreg-penalty-pipeline -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-canonical-penalty-pipeline -split-input-file | FileCheck %s --check-prefix=CANONICAL
// RUN: kreg-opt %s -kreg-penalty-pipeline="inference=false" -split-input-file | FileCheck %s --check-prefix=TRAINING

// Compiling: one value per site, in the order of the calls; both have come to
// stand on the tensor that dropout got. Comparing: one penalty.
// CHECK-LABEL: kreg.model @sites
// CHECK-SAME: attributes {mode = "inference"}
// CHECK-NEXT: %[[A:.*]] = kreg.unary tanh
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[A]], <1.0{{.*}} per batch
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[A]], <0.5, 0.0> per batch
// CHECK-NEXT: %[[Y:.*]] = kreg.reshape %[[A]]
// CHECK-NEXT: kreg.return %[[Y]] : tensor<?x4xf32> penalties %[[P]], %[[Q]]
// CANONICAL-LABEL: kreg.model @sites
// CANONICAL-SAME: attributes {mode = "inference", observed = "sum"}
// CANONICAL-NEXT: %[[A:.*]] = kreg.unary tanh
// CANONICAL-NEXT: %[[P:.*]] = kreg.penalty %[[A]], <1.5, 0.0>
// CANONICAL-NEXT: %[[Y:.*]] = kreg.reshape %[[A]]
// CANONICAL-NEXT: kreg.return %[[Y]] : tensor<?x4xf32> penalties %[[P]]
// In training a penalty behind dropout stays there.
// TRAINING-LABEL: kreg.model @sites
// TRAINING-NOT: mode
// TRAINING: %[[A:.*]] = kreg.unary tanh
// TRAINING-NEXT: %[[D:.*]] = kreg.dropout %[[A]]
// TRAINING-NEXT: %[[P:.*]] = kreg.penalty %[[D]], <1.0
// TRAINING-NEXT: %[[Q:.*]] = kreg.penalty %[[D]], <0.5, 0.0>
// TRAINING: penalties %[[P]], %[[Q]]
kreg.model @sites(%x: tensor<?x2x2xf32>) -> tensor<?x4xf32> {
  %a = kreg.layer "tanh" Activation {
    %0 = kreg.unary tanh %x : tensor<?x2x2xf32>
    kreg.yield %0 : tensor<?x2x2xf32>
  } : tensor<?x2x2xf32>
  %d = kreg.layer "dropout" Dropout penalised <1.0, 0.0> per batch {
    %0 = kreg.dropout %a rate 0.2 : tensor<?x2x2xf32>
    kreg.yield %0 : tensor<?x2x2xf32>
  } : tensor<?x2x2xf32>
  %f = kreg.layer "flatten" Flatten penalised <0.5, 0.0> per batch {
    %0 = kreg.reshape %d : tensor<?x2x2xf32> to tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %f : tensor<?x4xf32>
}

// -----

// Keras records a zero penalty; so does the library. The sum does not need it.
// CHECK-LABEL: kreg.model @zero
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: penalties %[[ZERO]]
// CANONICAL-LABEL: kreg.model @zero
// CANONICAL-NOT: penalties
kreg.model @zero(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.layer "ar" ActivityRegularization penalised <0.0, 0.0> per batch {
    kreg.yield %x : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
