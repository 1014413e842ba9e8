// RUN: kreg-opt %s -kreg-move-penalties -o /dev/null \
// RUN:   --remark-format=emitRemark --remarks-filter='kreg-move-penalties' 2>&1 | FileCheck %s

// CHECK: remark: [Passed] moved | Category:kreg-move-penalties | Function=remarks |
// CHECK-SAME: law=reshape
// CHECK: remark: [Missed] non_negative | Category:kreg-move-penalties | Function=remarks |
// CHECK-SAME: Reason="no element of an input is negative"
// CHECK-SAME: law=relu
kreg.model @remarks(%x: tensor<?x2x2xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary relu %x : tensor<?x2x2xf32>
  %y = kreg.reshape %a : tensor<?x2x2xf32> to tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
