// RUN: kreg-opt %s -kreg-fold-batch-norm -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-fold-batch-norm -split-input-file -o /dev/null \
// RUN:   --remark-format=emitRemark --remarks-filter='kreg-fold-batch-norm' 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// A penalty of the tensor before the normalisation reads it: the weights stay,
// the normalisation becomes s·x + t.
// CHECK-LABEL: kreg.model @penalty_before
// CHECK: %[[D:.*]] = kreg.dense
// CHECK-NEXT: kreg.penalty %[[D]]
// CHECK: %[[S:.*]] = kreg.read @"bn/scale.folded" : tensor<2xf32>
// CHECK: %[[T:.*]] = kreg.read @"bn/shift.folded" : tensor<2xf32>
// CHECK: %[[M:.*]] = kreg.binary mul %[[D]], %[[S]]
// CHECK: %[[Y:.*]] = kreg.binary add %[[M]], %[[T]]
// CHECK: kreg.return %[[Y]]
// CHECK-DAG: "bn/scale.folded": "0x040000000000803F0000003F"
// CHECK-DAG: "bn/shift.folded": "0x04000000000080BF000080BF"
// REMARK: [Missed] another_reader | Category:kreg-fold-batch-norm | Function=penalty_before
kreg.variable @"dense/kernel" trainable : tensor<2x2xf32> = dense<1.0> : tensor<2x2xf32>
kreg.variable @"bn/moving_mean" : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
kreg.variable @"bn/moving_variance" : tensor<2xf32> = dense<[0.75, 3.75]> : tensor<2xf32>
kreg.model @penalty_before(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @"dense/kernel" : tensor<2x2xf32>
  %0 = kreg.dense %x, %k : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %p = kreg.penalty %0, <1.0, 0.0> per batch : tensor<?x2xf32>
  %m = kreg.read @"bn/moving_mean" : tensor<2xf32>
  %v = kreg.read @"bn/moving_variance" : tensor<2xf32>
  %y = kreg.batch_norm %0 mean %m variance %v epsilon 0.25 axis 1
      : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32> penalties %p
}

// -----

// Another axis: the factors meet it when they are broadcast.
// CHECK-LABEL: kreg.model @axis_1
// CHECK: kreg.read @"bn/scale.folded" : tensor<2x1x1xf32>
// CHECK: kreg.read @"bn/shift.folded" : tensor<2x1x1xf32>
// REMARK: [Missed] not_linear | Category:kreg-fold-batch-norm | Function=axis_1
kreg.variable @"bn/moving_mean" : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
kreg.variable @"bn/moving_variance" : tensor<2xf32> = dense<[0.75, 3.75]> : tensor<2xf32>
kreg.model @axis_1(%x: tensor<?x2x3x3xf32>) -> tensor<?x2x3x3xf32> {
  %m = kreg.read @"bn/moving_mean" : tensor<2xf32>
  %v = kreg.read @"bn/moving_variance" : tensor<2xf32>
  %y = kreg.batch_norm %x mean %m variance %v epsilon 0.25 axis 1
      : (tensor<?x2x3x3xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x3x3xf32>
  kreg.return %y : tensor<?x2x3x3xf32>
}

// -----

// A relu in between is not linear.
// CHECK-LABEL: kreg.model @relu_between
// CHECK: kreg.unary relu
// CHECK: kreg.binary mul
// REMARK: [Missed] not_linear | Category:kreg-fold-batch-norm | Function=relu_between
kreg.variable @"dense/kernel" trainable : tensor<2x2xf32> = dense<1.0> : tensor<2x2xf32>
kreg.variable @"bn/moving_mean" : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
kreg.variable @"bn/moving_variance" : tensor<2xf32> = dense<[0.75, 3.75]> : tensor<2xf32>
kreg.model @relu_between(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @"dense/kernel" : tensor<2x2xf32>
  %0 = kreg.dense %x, %k : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = kreg.unary relu %0 : tensor<?x2xf32>
  %m = kreg.read @"bn/moving_mean" : tensor<2xf32>
  %v = kreg.read @"bn/moving_variance" : tensor<2xf32>
  %y = kreg.batch_norm %1 mean %m variance %v epsilon 0.25 axis 1
      : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}

// -----

// v + ε = 0: an infinite factor may not meet the zeros of a kernel.
// CHECK-LABEL: kreg.model @not_finite
// CHECK: kreg.read @"dense/kernel" :
// CHECK: kreg.binary mul
// REMARK: [Missed] not_finite | Category:kreg-fold-batch-norm | Function=not_finite
kreg.variable @"dense/kernel" trainable : tensor<2x1xf32> = dense<0.0> : tensor<2x1xf32>
kreg.variable @"bn/moving_mean" : tensor<1xf32> = dense<1.0> : tensor<1xf32>
kreg.variable @"bn/moving_variance" : tensor<1xf32> = dense<0.0> : tensor<1xf32>
kreg.model @not_finite(%x: tensor<?x2xf32>) -> tensor<?x1xf32> {
  %k = kreg.read @"dense/kernel" : tensor<2x1xf32>
  %0 = kreg.dense %x, %k : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  %m = kreg.read @"bn/moving_mean" : tensor<1xf32>
  %v = kreg.read @"bn/moving_variance" : tensor<1xf32>
  %y = kreg.batch_norm %0 mean %m variance %v epsilon 0.0 axis 1
      : (tensor<?x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}

// -----

// Without values nothing is known at compile time.
// CHECK-LABEL: kreg.model @no_values
// CHECK: kreg.batch_norm
// REMARK: [Missed] weights_unknown | Category:kreg-fold-batch-norm | Function=no_values
kreg.variable @"bn/moving_mean" : tensor<2xf32>
kreg.model @no_values(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %m = kreg.read @"bn/moving_mean" : tensor<2xf32>
  %y = kreg.batch_norm %x mean %m variance %m epsilon 0.25 axis 1
      : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
