// RUN: kreg-opt %s -kreg-verify-penalty-form | FileCheck %s

// What is in penalty form stays as it is.
// CHECK-LABEL: kreg.model @good
// CHECK: penalties %{{.*}}, %{{.*}}, %{{.*}}
kreg.model @good(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  %zero = arith.constant 0.0 : f64
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %y, <2.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %q, %zero
}
