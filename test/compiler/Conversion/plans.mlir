// The plans of kernels, as a code generator reads them.
// RUN: kreg-opt %s -kreg-form-kernels -convert-kreg-to-linalg -cse -kreg-print-plans -split-input-file -o /dev/null | FileCheck %s

// One pass over memory: the convolution, then bias and activation as one
// epilogue, then the penalty's partial sums of each tile.
// CHECK: plan k_conv
// CHECK-NEXT: schedule contraction
// CHECK-NEXT: input in0: f32[batch, 4, 8]
// CHECK-NEXT: weight w: f32[3, 6, 4]
// CHECK-NEXT: weight b: f32[4]
// CHECK-NEXT: output out0: f32[batch, 4, 4, 4]
// CHECK-NEXT: penalty sum penalty1: f32[batch, 4, 4, ceil(4 / 8), 8]
// CHECK-NEXT: temporary t5: f32[batch, 6, 12]
// CHECK-NEXT: temporary t6: f32[batch, 4, 4, 4]
// CHECK-NEXT: stage t5 (producer)
// CHECK-NEXT: for i0 < batch, i1 < 6, i2 < 12
// CHECK-NEXT: t5 = in0[i0, (i1 + -1), (i2 + -2)] or 0
// CHECK-NEXT: stage t6 (anchor)
// CHECK-NEXT: for i0 < batch, i1 < 4, i2 < 4, i3 < 4, sum i4 < 3, sum i5 < 6
// CHECK-NEXT: t6 = (acc + (t5[i0, (i1 + i4), ((i2 * 2) + i5)] * w[i4, i5, i3])), from 0
// CHECK-NEXT: stage out0 (epilogue)
// CHECK-NEXT: for i0 < batch, i1 < 4, i2 < 4, i3 < 4
// CHECK-NEXT: out0 = max((t6[i0, i1, i2, i3] + b[i3]), 0)
// CHECK-NEXT: stage penalty1 (penalty)
// CHECK-NEXT: for i0 < batch, i1 < 4, i2 < 4, i3 < ceil(4 / 8), i4 < 8, sum i5 < 1, sum i6 < 1
// CHECK-NEXT: penalty1 = (acc + select(((((i3 * 8) + (i6 * 8)) + i4) < 4), (out0[i0, i1, ((i2 * 1) + i5), (((i3 * 8) + (i6 * 8)) + i4)] * (0.01 + (0.02 * out0[i0, i1, ((i2 * 1) + i5), (((i3 * 8) + (i6 * 8)) + i4)]))), 0)), from 0
kreg.variable @w : tensor<3x3x2x4xf32>
kreg.variable @b : tensor<4xf32>
kreg.model @conv(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x4xf32> {
  %w = kreg.read @w : tensor<3x3x2x4xf32>
  %b = kreg.read @b : tensor<4xf32>
  %0 = kreg.conv %x, %w strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1] : (tensor<?x4x4x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x4x4x4xf32>
  %1 = kreg.binary add %0, %b : (tensor<?x4x4x4xf32>, tensor<4xf32>) -> tensor<?x4x4x4xf32>
  %y = kreg.unary relu %1 : tensor<?x4x4x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4x4x4xf32>
  kreg.return %y : tensor<?x4x4x4xf32> penalties %p
}

// -----

// A view, a transpose and a pad that are only read once are index expressions.
// CHECK: plan k_transpose
// CHECK-NEXT: schedule data
// CHECK-NEXT: input in0: f32[batch, 2, 3]
// CHECK-NEXT: output out0: f32[batch, 3, 2]
// CHECK-NEXT: stage out0 (anchor)
// CHECK-NEXT: for i0 < batch, i1 < 3, i2 < 2
// CHECK-NEXT: out0 = in0[i0, i2, i1]
// CHECK: plan k_pad
// CHECK-NEXT: schedule data
// CHECK-NEXT: input in0: f32[batch, 6]
// CHECK-NEXT: output out0: f32[batch, 10]
// CHECK-NEXT: stage out0 (anchor)
// CHECK-NEXT: for i0 < batch, i1 < 10
// CHECK-NEXT: out0 = in0[i0, (i1 + -2)] or 0
kreg.model @moves(%x: tensor<?x6xf32>) -> tensor<?x5x2xf32> {
  %0 = kreg.reshape %x : tensor<?x6xf32> to tensor<?x2x3xf32>
  %1 = kreg.transpose %0 perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %y = kreg.pad %1 low [0, 1, 0] high [0, 1, 0] : (tensor<?x3x2xf32>) -> tensor<?x5x2xf32>
  kreg.return %y : tensor<?x5x2xf32>
}

// -----

// Nothing is read beyond the end of an input of a concatenation.
// CHECK: plan k_concat
// CHECK-NEXT: schedule data
// CHECK-NEXT: input in0: f32[batch, 2]
// CHECK-NEXT: input in1: f32[batch, 3]
// CHECK-NEXT: output out0: f32[batch, 5]
// CHECK-NEXT: stage out0 (anchor)
// CHECK-NEXT: for i0 < batch, i1 < 5
// CHECK-NEXT: out0 = select((i1 < 2), in0[i0, i1] or 0, in1[i0, (i1 + -2)] or 0)
kreg.model @concat(%x: tensor<?x2xf32>, %z: tensor<?x3xf32>) -> tensor<?x5xf32> {
  %y = kreg.concat %x, %z axis 1 : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32>
}

// -----

// Softmax: maximum and sum of each row are temporaries of one number per row.
// CHECK: plan k_softmax
// CHECK-NEXT: schedule reduction
// CHECK-NEXT: input in0: f32[batch, 3]
// CHECK-NEXT: output out0: f32[batch, 3]
// CHECK-NEXT: temporary t2: f32[batch]
// CHECK-NEXT: temporary t3: f32[batch, 3]
// CHECK-NEXT: temporary t4: f32[batch]
// CHECK-NEXT: stage t2 (producer)
// CHECK-NEXT: for i0 < batch, sum i1 < 3
// CHECK-NEXT: t2 = max(acc, in0[i0, i1]), from -inf
// CHECK-NEXT: stage t3 (producer)
// CHECK-NEXT: for i0 < batch, i1 < 3
// CHECK-NEXT: t3 = exp((in0[i0, i1] - t2[i0]))
// CHECK-NEXT: stage t4 (anchor)
// CHECK-NEXT: for i0 < batch, sum i1 < 3
// CHECK-NEXT: t4 = (acc + t3[i0, i1]), from 0
// CHECK-NEXT: stage out0 (epilogue)
// CHECK-NEXT: for i0 < batch, i1 < 3
// CHECK-NEXT: out0 = (t3[i0, i1] / t4[i0])
kreg.model @softmax(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}

// -----

// A mean at the border divides by what is inside.
// CHECK: plan k_pool
// CHECK-NEXT: schedule pooling
// CHECK-NEXT: input in0: f32[batch, 5, 2]
// CHECK-NEXT: output out0: f32[batch, 3, 2]
// CHECK-NEXT: temporary t2: f32[batch, 7, 2]
// CHECK-NEXT: temporary t3: f32[batch, 3, 2]
// CHECK-NEXT: stage t2 (producer)
// CHECK-NEXT: for i0 < batch, i1 < 7, i2 < 2
// CHECK-NEXT: t2 = in0[i0, (i1 + -1), i2] or 0
// CHECK-NEXT: stage t3 (anchor)
// CHECK-NEXT: for i0 < batch, i1 < 3, i2 < 2, sum i3 < 3
// CHECK-NEXT: t3 = (acc + t2[i0, ((i1 * 2) + i3), i2]), from 0
// CHECK-NEXT: stage out0 (epilogue)
// CHECK-NEXT: for i0 < batch, i1 < 3, i2 < 2
// CHECK-NEXT: out0 = (t3[i0, i1, i2] / f32(i32((1 * (min((((i1 * 2) - 1) + 3), 5) - max(((i1 * 2) - 1), 0))))))
kreg.model @avg_pool(%x: tensor<?x5x2xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.pool avg %x window [3] strides [2] pads [1] to [1] : (tensor<?x5x2xf32>) -> tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}

// -----

// The penalty of a model input is a pass of its own: rows become one dimension.
// CHECK: plan k_unary
// CHECK-NEXT: schedule elementwise
// CHECK-NEXT: input in0: f32[12*batch]
// CHECK-NEXT: output out0: f32[12*batch]
// CHECK-NEXT: stage out0 (anchor)
// CHECK-NEXT: for i0 < 12*batch
// CHECK-NEXT: out0 = neg(in0[i0])
// CHECK: plan k_penalty_of_tensor
// CHECK-NEXT: schedule elementwise
// CHECK-NEXT: input in0: f32[12*batch]
// CHECK-NEXT: penalty sum penalty0: f32[ceil(12*batch / 8), 8]
// CHECK-NEXT: stage penalty0 (penalty)
// CHECK-NEXT: for i0 < ceil(12*batch / 8), i1 < 8, sum i2 < 1
// CHECK-NEXT: penalty0 = (acc + select(((((i0 * 8) + (i2 * 8)) + i1) < 12*batch), (0.5 * abs(in0[(((i0 * 8) + (i2 * 8)) + i1)])), 0)), from 0
kreg.model @input(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %p = kreg.penalty %x, <0.5, 0.0> per batch : tensor<?x3x4xf32>
  %y = kreg.unary neg %x : tensor<?x3x4xf32>
  kreg.return %y : tensor<?x3x4xf32> penalties %p
}
