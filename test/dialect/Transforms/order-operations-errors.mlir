// RUN: kreg-opt %s -kreg-order-operations -verify-diagnostics

kreg.model @layers(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @below {{operations are ordered in penalty form only}}
  %y = kreg.layer "re_lu" ReLU {
    %0 = kreg.unary relu %x : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
