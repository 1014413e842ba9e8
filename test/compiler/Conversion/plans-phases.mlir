// Phases of a transposed convolution: loops around the points, each with the taps
// that it has. The result lies in memory as the whole one does.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -cse -kreg-print-plans -split-input-file -o /dev/null | FileCheck %s

// Three taps in two phases: one has two, the other one.
// CHECK: plan k_uneven
// CHECK: input in1: f32[2, 2, 2, 2, 4, 8]
// CHECK-NEXT: output out0: f32[batch, 5, 2, 2, 6, 8] in memory [0, 1, 2, 4, 3, 5]
// CHECK-NEXT: temporary [[X:t[0-9]+]]: f32[batch, 6, 7, 4]
// CHECK: stage [[SUM:t[0-9]+]] (anchor)
// CHECK-NEXT: for i0 < batch, i1 < 5, i2 < 2, i3 < 2, i4 < 6, i5 < 8, sum i6 < 2, sum i7 < 2, sum i8 < 4
// CHECK-NEXT: [[SUM]] = select(((0 <= ((i2 + 2) - (i6 * 2))) and (((i2 + 2) - (i6 * 2)) < 3)), select(((0 <= ((i3 + 2) - (i7 * 2))) and (((i3 + 2) - (i7 * 2)) < 3)), (acc + ([[X]][i0, (i1 + i6), (i4 + i7), i8] * in1[i2, i3, i6, i7, i8, i5])), acc), acc), from 0
// CHECK: out0 = max([[SUM]][i0, i1, i2, i3, i4, i5], 0)
kreg.model @uneven(%x: tensor<?x5x6x4xf32>, %k: tensor<2x2x2x2x4x8xf32>) -> tensor<?x5x2x6x2x8xf32> {
  %0 = kreg.phase_conv %x, %k window [3, 3] low [0, 0]
    : (tensor<?x5x6x4xf32>, tensor<2x2x2x2x4x8xf32>) -> tensor<?x5x2x6x2x8xf32> loc("uneven")
  %1 = kreg.unary relu %0 : tensor<?x5x2x6x2x8xf32>
  kreg.return %1 : tensor<?x5x2x6x2x8xf32>
}

// -----

// As many taps in each phase: no condition, and along rows memory is one run.
// CHECK: plan k_even
// CHECK: output out0: f32[2, 6*batch, 8] in memory [1, 0, 2]
// CHECK: for i0 < 2, i1 < 6*batch, i2 < 8, sum i3 < 4
// CHECK-NEXT: out0 = (acc + (in0[i1, i3] * in1[i0, i3, i2])), from 0
kreg.model @even(%x: tensor<?x6x4xf32>, %k: tensor<2x1x4x8xf32>) -> tensor<?x6x2x8xf32> {
  %0 = kreg.phase_conv %x, %k window [2] low [0]
    : (tensor<?x6x4xf32>, tensor<2x1x4x8xf32>) -> tensor<?x6x2x8xf32> loc("even")
  kreg.return %0 : tensor<?x6x2x8xf32>
}

// -----

// Phases along one dimension stay in their place: rows are in front of them.
// CHECK: plan k_rows
// CHECK: output out0: f32[batch, 5, 2, 6, 8]{{$}}
kreg.model @rows(%x: tensor<?x5x6x4xf32>, %k: tensor<2x1x2x1x4x8xf32>) -> tensor<?x5x2x6x1x8xf32> {
  %0 = kreg.phase_conv %x, %k window [3, 1] low [0, 0]
    : (tensor<?x5x6x4xf32>, tensor<2x1x2x1x4x8xf32>) -> tensor<?x5x2x6x1x8xf32> loc("rows")
  kreg.return %0 : tensor<?x5x2x6x1x8xf32>
}
