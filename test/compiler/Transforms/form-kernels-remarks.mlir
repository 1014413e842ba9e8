// Whether a penalty needs a pass of its own is said in a remark, with the layer.
// RUN: kreg-opt %s -kreg-form-kernels -o /dev/null \
// RUN:   --remark-format=emitRemark --remarks-filter='kreg-form-kernels' 2>&1 | FileCheck %s

// CHECK: the penalty needs no pass of its own: it is summed in the kernel 'relu'
// CHECK: the penalty is a pass of its own
kreg.model @m(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %y = kreg.unary relu %x : tensor<?x6xf32> loc("relu")
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x6xf32>
  %q = kreg.penalty %x, <1.0, 0.0> per batch : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32> penalties %p, %q
}
