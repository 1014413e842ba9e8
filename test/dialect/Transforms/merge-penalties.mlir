// RUN: kreg-opt %s -kreg-merge-penalties -split-input-file | FileCheck %s
// RUN: kreg-opt %s -kreg-merge-penalties -split-input-file -o /dev/null \
// RUN:   --remark-format=emitRemark --remarks-filter='kreg-merge-penalties' 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// Same tensor and norm: one penalty. Zero: none. Another norm: another penalty.
// The list follows the tensors.
// CHECK-LABEL: kreg.model @merge
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {observed = "sum"} {
// CHECK-NEXT: %[[N:.*]] = kreg.penalty %[[X]], <3.0{{.*}} per none
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[X]], <1.5, 2.0> per batch
// CHECK-NEXT: %[[Y:.*]] = kreg.unary relu %[[X]]
// CHECK-NEXT: %[[Q:.*]] = kreg.penalty %[[Y]], <7.0
// CHECK-NOT: kreg.penalty
// CHECK: kreg.return %[[Y]] : tensor<?x4xf32> penalties %[[N]], %[[P]], %[[Q]]
// REMARK: [Passed] zero | Category:kreg-merge-penalties | Function=merge
// REMARK: [Passed] zero | Category:kreg-merge-penalties | Function=merge
// REMARK: [Passed] merged | Category:kreg-merge-penalties | Function=merge | penalties=2
kreg.model @merge(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %zero = arith.constant 0.0 : f64
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %r = kreg.penalty %y, <7.0, 0.0> per batch : tensor<?x4xf32>
  %p = kreg.penalty %x, <1.0, 0.0> per batch : tensor<?x4xf32>
  %n = kreg.penalty %x, <3.0, 0.0> per none : tensor<?x4xf32>
  %q = kreg.penalty %x, <0.5, 2.0> per batch : tensor<?x4xf32>
  %z = kreg.penalty %y, <0.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %r, %p, %n, %zero, %q, %z
}

// -----

// The sum does not depend on the order: 0.1 + 0.2 + 0.3 both times.
// CHECK-LABEL: kreg.model @ascending
// CHECK: kreg.penalty %{{.*}}, <[[SUM:.*]], 0.0
// CHECK-LABEL: kreg.model @descending
// CHECK: kreg.penalty %{{.*}}, <0.6000000000000001, 0.0
kreg.model @ascending(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = kreg.penalty %x, <0.1, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %x, <0.2, 0.0> per batch : tensor<?x4xf32>
  %r = kreg.penalty %x, <0.3, 0.0> per batch : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32> penalties %p, %q, %r
}
kreg.model @descending(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = kreg.penalty %x, <0.3, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %x, <0.2, 0.0> per batch : tensor<?x4xf32>
  %r = kreg.penalty %x, <0.1, 0.0> per batch : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32> penalties %p, %q, %r
}
