// RUN: kreg-opt %s -kreg-form-kernels -split-input-file | FileCheck %s

// The kernel of a convolution takes the bias, the activation and the penalty;
// what it yields for the penalty is a sum without a division.
// CHECK-LABEL: kreg.model @anchor
// CHECK: %[[K:.*]]:2 = kreg.kernel "conv" (%[[X:.*]] = %{{.*}} : tensor<?x4x4x2xf32>, %[[W:.*]] = %{{.*}} : tensor<3x3x2x4xf32>, %[[B:.*]] = %{{.*}} : tensor<4xf32>)
// CHECK-SAME: family contraction
// CHECK-NEXT: %[[C:.*]] = kreg.conv %[[X]], %[[W]]
// CHECK-NEXT: %[[D:.*]] = kreg.binary add %[[C]], %[[B]]
// CHECK-NEXT: %[[E:.*]] = kreg.unary relu %[[D]]
// CHECK-NEXT: %[[S:.*]] = kreg.penalty %[[E]], <0.01, 0.02> per none
// CHECK-NEXT: kreg.yield %[[E]], %[[S]]
// CHECK: %[[P:.*]] = kreg.divide_by_batch %[[K]]#1 by %[[K]]#0
// CHECK-NEXT: kreg.return %[[K]]#0 : tensor<?x4x4x4xf32> penalties %[[P]]
kreg.variable @w : tensor<3x3x2x4xf32>
kreg.variable @b : tensor<4xf32>
kreg.model @anchor(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x4xf32> {
  %w = kreg.read @w : tensor<3x3x2x4xf32>
  %b = kreg.read @b : tensor<4xf32>
  %0 = kreg.conv %x, %w strides [1, 1] dilations [1, 1] pads [1, 1] to [1, 1] : (tensor<?x4x4x2xf32>, tensor<3x3x2x4xf32>) -> tensor<?x4x4x4xf32>
  %1 = kreg.binary add %0, %b : (tensor<?x4x4x4xf32>, tensor<4xf32>) -> tensor<?x4x4x4xf32>
  %y = kreg.unary relu %1 : tensor<?x4x4x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4x4x4xf32>
  kreg.return %y : tensor<?x4x4x4xf32> penalties %p
}

// -----

// A value that only penalties and the kernel's own ops read is not stored: the
// only tensor is the output. Several penalties are several sums.
// CHECK-LABEL: kreg.model @middle
// CHECK: %[[K:.*]]:4 = kreg.kernel "dense"
// CHECK: %[[A:.*]] = kreg.dense
// CHECK-NEXT: %[[B:.*]] = kreg.unary tanh %[[A]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[A]], <0.5, 0.0> per none
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[A]], <0.0, 0.25> per none
// CHECK-NEXT: %[[R:.*]] = kreg.penalty %[[B]], <1.0, 0.0> per none
// CHECK-NEXT: kreg.yield %[[B]], %[[P]], %[[Q]], %[[R]] : tensor<?x3xf32>, f64, f64, f64
// CHECK: %[[PB:.*]] = kreg.divide_by_batch %[[K]]#1 by %[[K]]#0
// CHECK-NEXT: %[[RB:.*]] = kreg.divide_by_batch %[[K]]#3 by %[[K]]#0
// CHECK-NEXT: kreg.return %[[K]]#0 : tensor<?x3xf32> penalties %[[PB]], %[[K]]#2, %[[RB]]
kreg.variable @w : tensor<4x3xf32>
kreg.model @middle(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %w = kreg.read @w : tensor<4x3xf32>
  %a = kreg.dense %x, %w : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  %p = kreg.penalty %a, <0.5, 0.0> per batch : tensor<?x3xf32>
  %q = kreg.penalty %a, <0.0, 0.25> per none : tensor<?x3xf32>
  %b = kreg.unary tanh %a : tensor<?x3xf32>
  %r = kreg.penalty %b, <1.0, 0.0> per batch : tensor<?x3xf32>
  kreg.return %b : tensor<?x3xf32> penalties %p, %q, %r
}

// -----

// Sites that penalise one tensor alike in float32 have one sum, and each its
// value.
// CHECK-LABEL: kreg.model @alike
// CHECK: %[[K:.*]]:2 = kreg.kernel "dense"
// CHECK: %[[A:.*]] = kreg.dense
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[A]], <0.0, 0.001> per none
// CHECK-NEXT: kreg.yield %[[A]], %[[P]] : tensor<?x4xf32>, f64
// CHECK: %[[B:.*]] = kreg.divide_by_batch %[[K]]#1 by %[[K]]#0
// CHECK: %[[C:.*]] = kreg.divide_by_batch %[[K]]#1 by %[[K]]#0
// CHECK: penalties %[[B]], %[[K]]#1, %[[C]]
kreg.variable @w : tensor<4x4xf32>
kreg.model @alike(%x: tensor<?x4xf32>) -> tensor<?x2x2xf32> {
  %w = kreg.read @w : tensor<4x4xf32>
  %a = kreg.dense %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %a, <0.0, 0.001> per batch : tensor<?x4xf32>
  %q = kreg.penalty %a, <0.0, 0.0010000000474974513> per none : tensor<?x4xf32>
  %v = kreg.reshape %a : tensor<?x4xf32> to tensor<?x2x2xf32>
  %r = kreg.penalty %v, <0.0, 0.001> per batch : tensor<?x2x2xf32>
  kreg.return %v : tensor<?x2x2xf32> penalties %p, %q, %r
}

// -----

// What two kernels read is stored, and the op behind it is a kernel of its own
// where it cannot join without a second result of another op's.
// CHECK-LABEL: kreg.model @shared
// CHECK: %[[A:.*]] = kreg.kernel "dense"
// CHECK-NEXT: kreg.dense
// CHECK-NEXT: kreg.yield
// CHECK: %[[B:.*]] = kreg.kernel "dense_dense" (%{{.*}} = %[[A]] : tensor<?x4xf32>
// CHECK-NEXT: kreg.dense
// CHECK-NEXT: kreg.binary add
// CHECK-NEXT: kreg.yield
// CHECK: kreg.return %[[B]]
kreg.variable @w : tensor<4x4xf32>
kreg.model @shared(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = kreg.read @w : tensor<4x4xf32>
  %a = kreg.dense %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %b = kreg.dense %a, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary add %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// A sum with a shortcut joins the convolution that is computed last, with the
// shortcut as an operand.
// CHECK-LABEL: kreg.model @residual
// CHECK: %[[A:.*]] = kreg.kernel "conv"
// CHECK: kreg.unary relu
// CHECK: %[[K:.*]]:2 = kreg.kernel "conv_conv" (%[[X:.*]] = %[[A]] : tensor<?x4x2xf32>, %{{.*}} = %{{.*}} : tensor<3x2x2xf32>)
// CHECK-NEXT: %[[C:.*]] = kreg.conv %[[X]]
// CHECK-NEXT: %[[D:.*]] = kreg.binary add %[[X]], %[[C]]
// CHECK-NEXT: %[[E:.*]] = kreg.unary silu %[[D]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[D]]
// CHECK-NEXT: kreg.yield %[[E]], %[[P]]
// CHECK-NOT: kreg.kernel
// CHECK: kreg.return
kreg.variable @w : tensor<3x2x2xf32>
kreg.model @residual(%x: tensor<?x4x2xf32>) -> tensor<?x4x2xf32> {
  %w = kreg.read @w : tensor<3x2x2xf32>
  %0 = kreg.conv %x, %w strides [1] dilations [1] pads [1] to [1] : (tensor<?x4x2xf32>, tensor<3x2x2xf32>) -> tensor<?x4x2xf32>
  %a = kreg.unary relu %0 : tensor<?x4x2xf32>
  %1 = kreg.conv %a, %w strides [1] dilations [1] pads [1] to [1] : (tensor<?x4x2xf32>, tensor<3x2x2xf32>) -> tensor<?x4x2xf32>
  %2 = kreg.binary add %a, %1 : (tensor<?x4x2xf32>, tensor<?x4x2xf32>) -> tensor<?x4x2xf32>
  %p = kreg.penalty %2, <0.01, 0.0> per batch : tensor<?x4x2xf32>
  %y = kreg.unary silu %2 : tensor<?x4x2xf32>
  kreg.return %y : tensor<?x4x2xf32> penalties %p
}

// -----

// Zeros before a convolution become its own padding; zeros before a maximum are
// elements, so the pad stays an op, in the kernel of the window.
// CHECK-LABEL: kreg.model @pads
// CHECK: kreg.kernel "conv"
// CHECK-NEXT: kreg.conv %{{.*}} pads [1, 0] to [0, 3]
// CHECK: kreg.kernel "pool"
// CHECK-NEXT: %[[A:.*]] = kreg.pad
// CHECK-NEXT: kreg.pool max %[[A]]
// CHECK-NOT: kreg.kernel
kreg.variable @w : tensor<3x3x2x2xf32>
kreg.model @pads(%x: tensor<?x4x4x2xf32>) -> (tensor<?x3x5x2xf32>, tensor<?x2x3x2xf32>) {
  %w = kreg.read @w : tensor<3x3x2x2xf32>
  %0 = kreg.pad %x low [0, 1, 0, 0] high [0, 0, 2, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x5x6x2xf32>
  %1 = kreg.conv %0, %w strides [1, 1] dilations [1, 1] pads [0, 0] to [0, 1] : (tensor<?x5x6x2xf32>, tensor<3x3x2x2xf32>) -> tensor<?x3x5x2xf32>
  %2 = kreg.pool max %0 window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x5x6x2xf32>) -> tensor<?x2x3x2xf32>
  kreg.return %1, %2 : tensor<?x3x5x2xf32>, tensor<?x2x3x2xf32>
}

// -----

// A pad that others read too is a kernel.
// CHECK-LABEL: kreg.model @pad_read_twice
// CHECK: %[[A:.*]] = kreg.kernel "pad" {{.*}} attributes {kreg.family = #kreg<family data>}
// CHECK: kreg.kernel "pool" (%{{.*}} = %[[A]]
// CHECK: kreg.kernel "pool_pool" (%{{.*}} = %[[A]]
kreg.model @pad_read_twice(%x: tensor<?x4x2xf32>) -> (tensor<?x3x2xf32>, tensor<?x3x2xf32>) {
  %0 = kreg.pad %x low [0, 1, 0] high [0, 1, 0] : (tensor<?x4x2xf32>) -> tensor<?x6x2xf32>
  %1 = kreg.pool max %0 window [2] strides [2] pads [0] to [0] : (tensor<?x6x2xf32>) -> tensor<?x3x2xf32>
  %2 = kreg.pool avg %0 window [2] strides [2] pads [0] to [0] : (tensor<?x6x2xf32>) -> tensor<?x3x2xf32>
  kreg.return %1, %2 : tensor<?x3x2xf32>, tensor<?x3x2xf32>
}

// -----

// A reshape between kernels is a view; a penalty of the view is one of what is
// behind it; a function behind the view moves in front of it.
// CHECK-LABEL: kreg.model @views
// CHECK: %[[K:.*]]:2 = kreg.kernel "pool"
// CHECK-NEXT: %[[A:.*]] = kreg.pool avg
// CHECK-NEXT: %[[B:.*]] = kreg.unary relu %[[A]] : tensor<?x2x2xf32>
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[B]], <0.01, 0.0> per none : tensor<?x2x2xf32>
// CHECK-NEXT: kreg.yield %[[B]], %[[P]]
// CHECK: %[[D:.*]] = kreg.divide_by_batch %[[K]]#1 by %[[K]]#0 : tensor<?x2x2xf32>
// CHECK-NEXT: %[[V:.*]] = kreg.reshape %[[K]]#0 : tensor<?x2x2xf32> to tensor<?x4xf32>
// CHECK-NEXT: kreg.kernel "dense" (%{{.*}} = %[[V]] : tensor<?x4xf32>
// CHECK: penalties %[[D]]
kreg.variable @w : tensor<4x3xf32>
kreg.model @views(%x: tensor<?x4x2xf32>) -> tensor<?x3xf32> {
  %w = kreg.read @w : tensor<4x3xf32>
  %0 = kreg.pool avg %x window [2] strides [2] pads [0] to [0] : (tensor<?x4x2xf32>) -> tensor<?x2x2xf32>
  %1 = kreg.reshape %0 : tensor<?x2x2xf32> to tensor<?x4xf32>
  %2 = kreg.unary relu %1 : tensor<?x4xf32>
  %p = kreg.penalty %2, <0.01, 0.0> per batch : tensor<?x4xf32>
  %y = kreg.dense %2, %w : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32> penalties %p
}

// -----

// The penalties of a tensor that no kernel computes read it in one kernel of
// their own; so do those of one that a kernel only moves.
// CHECK-LABEL: kreg.model @inputs
// CHECK-DAG: kreg.kernel "transpose"
// CHECK-DAG: kreg.kernel "penalty_of_tensor" (%[[X:.*]] = %arg0 : tensor<?x3x2xf32>)
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[X]], <1.0, 0.0> per none
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[X]], <0.0, 1.0> per none
// CHECK-NEXT: kreg.yield %[[P]], %[[Q]] : f64, f64
// CHECK: kreg.kernel "penalty_of_tensor_1"
kreg.model @inputs(%x: tensor<?x3x2xf32>) -> tensor<?x2x3xf32> {
  %p = kreg.penalty %x, <1.0, 0.0> per batch : tensor<?x3x2xf32>
  %r = kreg.reshape %x : tensor<?x3x2xf32> to tensor<?x6xf32>
  %q = kreg.penalty %r, <0.0, 1.0> per batch : tensor<?x6xf32>
  %y = kreg.transpose %x perm [0, 2, 1] : (tensor<?x3x2xf32>) -> tensor<?x2x3xf32>
  %s = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32> penalties %p, %q, %s
}

// -----

// No kernel for a penalty that is always 0; its place in the list stays.
// CHECK-LABEL: kreg.model @zero
// CHECK: %[[Z:.*]] = arith.constant 0.0{{.*}} : f64
// CHECK-NOT: kreg.penalty
// CHECK: kreg.return %{{.*}} penalties %[[Z]]
kreg.model @zero(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %y = kreg.unary relu %x : tensor<?x3xf32>
  %p = kreg.penalty %y, <0.0, 0.0> per batch : tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32> penalties %p
}

// -----

// An op may not join a kernel that it reads through another one: that would be
// a cycle.
// CHECK-LABEL: kreg.model @cycle
// CHECK: kreg.kernel "dense"
// CHECK-NEXT: kreg.dense
// CHECK-NEXT: kreg.yield
// CHECK: kreg.kernel "transpose"
// CHECK: kreg.kernel "binary"
kreg.variable @w : tensor<4x4xf32>
kreg.model @cycle(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = kreg.read @w : tensor<4x4xf32>
  %0 = kreg.dense %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %v = kreg.reshape %0 : tensor<?x4xf32> to tensor<?x2x2xf32>
  %t = kreg.transpose %v perm [0, 2, 1] : (tensor<?x2x2xf32>) -> tensor<?x2x2xf32>
  %1 = kreg.reshape %t : tensor<?x2x2xf32> to tensor<?x4xf32>
  %2 = kreg.binary mul %0, %1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %2 : tensor<?x4xf32>
}

// -----

// Each output is a tensor of its own: an input, a weight or a tensor that is
// there already is copied.
// CHECK-LABEL: kreg.model @outputs
// CHECK: %[[Y:.*]] = kreg.kernel "unary"
// CHECK: %[[A:.*]] = kreg.kernel "copy_of_tensor" (%[[X:.*]] = %arg0 : tensor<?x6xf32>)
// CHECK-NEXT: kreg.yield %[[X]]
// CHECK: %[[B:.*]] = kreg.kernel "copy_of_tensor_1"
// CHECK: kreg.return %[[A]], %[[Y]], %[[B]]
kreg.model @outputs(%x: tensor<?x6xf32>) -> (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x6xf32>) {
  %y = kreg.unary tanh %x : tensor<?x6xf32>
  kreg.return %x, %y, %y : tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x6xf32>
}

// -----

// Kernels are called after the layer; characters that C does not know go, and
// names stay different.
// CHECK-LABEL: kreg.model @names
// CHECK: kreg.kernel "block_1_act"
// CHECK: kreg.kernel "block_1_act_softmax"
// CHECK: kreg.kernel "block_1_act_softmax_1"
kreg.model @names(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %0 = kreg.softmax %x axis 1 : tensor<?x6xf32> loc("block/1_act")
  %1 = kreg.softmax %0 axis 1 : tensor<?x6xf32> loc("block/1_act")
  %2 = kreg.softmax %1 axis 1 : tensor<?x6xf32> loc("block/1_act")
  kreg.return %2 : tensor<?x6xf32>
}

// -----

// Rows of a softmax are along the last axis of its kernel.
// CHECK-LABEL: kreg.model @softmax_axis
// CHECK: kreg.transpose %{{.*}} perm [0, 2, 1]
// CHECK: kreg.softmax %{{.*}} axis 2 : tensor<?x2x3xf32>
// CHECK: kreg.transpose %{{.*}} perm [0, 2, 1]
kreg.model @softmax_axis(%x: tensor<?x3x2xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}

// -----

// A normalisation is reductions and functions of elements.
// CHECK-LABEL: kreg.model @normalize
// CHECK: kreg.reduce mean %{{.*}} axes [1] keepdims
// CHECK: kreg.binary sub
// CHECK: kreg.unary square
// CHECK: kreg.reduce mean
// CHECK-NEXT: kreg.constant
// CHECK-NEXT: kreg.binary add
// CHECK-NEXT: kreg.unary sqrt
// CHECK: kreg.binary div
// CHECK-NOT: kreg.normalize
kreg.model @normalize(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.normalize standard %x axes [1] epsilon 1.0e-3 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// A transposed convolution by phases. Its kernel is sorted when the library is
// made, so that is no kernel; the last column and row of phases are cut off
// behind bias and activation.
// CHECK-LABEL: kreg.model @conv_transpose(
// CHECK: %[[K:.*]] = kreg.read @k
// CHECK: %[[P:.*]] = kreg.phase_kernel %[[K]] strides [2, 2] low [0, 0]
// CHECK: %[[Y:.*]] = kreg.kernel {{.*}} = %[[P]] : {{.*}}family contraction
// CHECK: kreg.phase_conv
// CHECK: kreg.binary add
// CHECK: kreg.unary relu
// CHECK: %[[V:.*]] = kreg.reshape %[[Y]] : tensor<?x5x2x5x2x8xf32> to tensor<?x10x10x8xf32>
// CHECK: kreg.kernel {{.*}} = %[[V]] : {{.*}}family data
// CHECK: kreg.slice
// CHECK-NOT: kreg.kernel
kreg.variable @k : tensor<3x3x8x2xf32>
kreg.variable @b : tensor<8xf32>
kreg.model @conv_transpose(%x: tensor<?x4x4x2xf32>) -> tensor<?x9x9x8xf32> {
  %k = kreg.read @k : tensor<3x3x8x2xf32>
  %b = kreg.read @b : tensor<8xf32>
  %0 = kreg.conv_transpose %x, %k strides [2, 2] dilations [1, 1] pads [0, 0] to [0, 0]
    : (tensor<?x4x4x2xf32>, tensor<3x3x8x2xf32>) -> tensor<?x9x9x8xf32>
  %1 = kreg.binary add %0, %b : (tensor<?x9x9x8xf32>, tensor<8xf32>) -> tensor<?x9x9x8xf32>
  %2 = kreg.unary relu %1 : tensor<?x9x9x8xf32>
  kreg.return %2 : tensor<?x9x9x8xf32>
}

// -----

// What pairs the samples of a batch is no kernel: it stays as it is, on tensors
// that a kernel stores.
// CHECK-LABEL: kreg.model @pairs
// CHECK: %[[K:.*]]:2 = kreg.kernel "unary"
// CHECK-NEXT: %[[Y:.*]] = kreg.unary relu
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[Y]], <0.5, 0.0> per none
// CHECK: %[[O:.*]] = kreg.orthogonal_penalty %[[K]]#0, <0.05, rows> per batch : tensor<?x4xf32>
// CHECK-NEXT: %[[G:.*]] = kreg.orthogonal_gradient %[[K]]#0, <0.05, rows> per batch : tensor<?x4xf32>
// CHECK-NEXT: %[[N:.*]] = kreg.kernel {{.*}} = %[[G]] :
// CHECK: kreg.return %[[N]] : tensor<?x4xf32> penalties %{{.*}}, %[[O]]
kreg.model @pairs(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  %o = kreg.orthogonal_penalty %y, <0.05, rows> per batch : tensor<?x4xf32>
  %g = kreg.orthogonal_gradient %y, <0.05, rows> per batch : tensor<?x4xf32>
  %n = kreg.unary neg %g : tensor<?x4xf32>
  kreg.return %n : tensor<?x4xf32> penalties %p, %o
}
