// Orthogonal penalties go the way of the others into penalty form, and stay
// apart from sums there; noise layers go with dropout.
// RUN: kreg-opt %s -pass-pipeline='builtin.module(kreg.model(kreg-dissolve-layers,kreg-specialize-inference,kreg-verify-penalty-form))' | FileCheck %s

// CHECK-LABEL: kreg.model @attached
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK-NEXT: %[[Y:.*]] = kreg.unary relu %[[X]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[Y]], <0.01, 0.0> per batch
// CHECK-NEXT: %[[O:.*]] = kreg.orthogonal_penalty %[[Y]], <0.05, columns> per batch
// CHECK-NEXT: kreg.return %[[Y]] : tensor<?x4xf32> penalties %[[P]], %[[O]]
kreg.model @attached(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = kreg.layer "relu" ReLU penalised <0.01, 0.0> per batch {
    %y = kreg.unary relu %x : tensor<?x4xf32>
    kreg.yield %y : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %1 = kreg.layer "noise" GaussianNoise {
    %y = kreg.noise gaussian_noise %0 amount 0.1 : tensor<?x4xf32>
    kreg.yield %y : tensor<?x4xf32>
  } : tensor<?x4xf32>
  %2 = kreg.layer "orthogonal" Activation penalised orthogonal <0.05, columns> per batch {
    kreg.yield %1 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %2 : tensor<?x4xf32>
}
