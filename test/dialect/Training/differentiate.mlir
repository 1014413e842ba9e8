// A penalised tensor's own gradient joins the one that arrives from behind; the
// weight's penalty joins its gradient; what is frozen gets none.
// RUN: kreg-opt %s --kreg-differentiate | FileCheck %s
// RUN: kreg-opt %s --kreg-differentiate | kreg-opt | FileCheck %s

kreg.variable @kernel trainable penalised <0.0, 0.25> : tensor<4x2xf32>
kreg.variable @bias trainable : tensor<2xf32>
kreg.variable @frozen : tensor<2xf32>

// CHECK-LABEL: kreg.model @penalised
// CHECK-SAME: tensor<4x2xf32> {kreg.name = "grad/kernel"}, tensor<2xf32> {kreg.name = "grad/bias"}
// CHECK-SAME: mode = "step"
// CHECK: %[[K:.+]] = kreg.read @kernel
// CHECK: %[[Y:.+]] = kreg.unary tanh
// CHECK: %[[P:.+]] = kreg.penalty %[[Y]]
// CHECK: %[[SIGN:.+]] = kreg.unary sign %[[Y]]
// CHECK: %[[L1:.+]] = kreg.constant dense<2.500000e-01>
// CHECK: %[[A:.+]] = kreg.binary mul %[[L1]], %[[SIGN]]
// CHECK: %[[L2:.+]] = kreg.constant dense<1.000000e+00>
// CHECK: %[[B:.+]] = kreg.binary mul %[[L2]], %[[Y]]
// CHECK: %[[SUM:.+]] = kreg.binary add %[[A]], %[[B]]
// CHECK: %[[INVERSE:.+]] = kreg.fill {{.*}} per batch like %[[Y]] : tensor<?x2xf32> to tensor<1xf32>
// CHECK: %[[DY:.+]] = kreg.binary mul %[[SUM]], %[[INVERSE]]
// CHECK: %[[DX:.+]] = kreg.binary mul %[[DY]],
// CHECK: %[[DB:.+]] = kreg.reduce_to %[[DX]] : tensor<?x2xf32> to tensor<2xf32>
// CHECK: %[[DK:.+]] = kreg.dense_kernel_gradient %{{.+}}, %[[DX]]
// CHECK: %[[WEIGHT:.+]] = kreg.binary mul %{{.+}}, %[[K]]
// CHECK: %[[TOTAL:.+]] = kreg.binary add %[[DK]], %[[WEIGHT]]
// CHECK: kreg.return %{{.+}}, %[[TOTAL]], %[[DB]] : {{.*}} penalties %[[P]]
kreg.model @penalised(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %b = kreg.read @bias : tensor<2xf32>
  %f = kreg.read @frozen : tensor<2xf32>
  %0 = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %1 = kreg.binary add %0, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = kreg.unary tanh %1 : tensor<?x2xf32>
  %3 = kreg.binary mul %2, %f : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %p = kreg.penalty %2, <0.25, 0.5> per batch : tensor<?x2xf32>
  kreg.return %3 : tensor<?x2xf32> penalties %p
}

// A weight that is read but does not reach a scalar has gradient 0; a weight
// that is read twice has the sum of both.
// CHECK-LABEL: kreg.model @zero_and_twice
// CHECK: %[[ZERO:.+]] = kreg.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK: kreg.return {{.*}}, %{{.+}}, %[[ZERO]] :
kreg.model @zero_and_twice(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %again = kreg.read @kernel : tensor<4x2xf32>
  %b = kreg.read @bias : tensor<2xf32>
  %0 = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %1 = kreg.dense %x, %again : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %2 = kreg.binary mul %0, %1 : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %p = kreg.total %2 per none : tensor<?x2xf32>
  %3 = kreg.binary add %2, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %3 : tensor<?x2xf32> penalties %p
}
