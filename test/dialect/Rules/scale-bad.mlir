// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// One penalty cannot weigh elements differently.
// CHECK-LABEL: kreg.model @several_numbers
// CHECK: %[[Y:.*]] = kreg.binary mul
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @several_numbers(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// x is repeated to the shape of the constant.
// CHECK-LABEL: kreg.model @larger_constant
// CHECK: %[[Y:.*]] = kreg.binary mul
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @larger_constant(%x: tensor<?x1x4xf32>) -> tensor<?x3x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<3x4xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x1x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x3x4xf32>
  kreg.return %y : tensor<?x3x4xf32> penalties %p
}

// -----

// A weight may become anything.
// CHECK-LABEL: kreg.model @a_weight
// CHECK: %[[Y:.*]] = kreg.binary mul
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.variable @w : tensor<1xf32>
kreg.model @a_weight(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.read @w : tensor<1xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
