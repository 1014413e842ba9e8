// RUN: kreg-opt %s -kreg-dissolve-layers -split-input-file -verify-diagnostics

kreg.model @integer_output(%x: tensor<?x4xi32>) -> tensor<?x4xi32> {
  // expected-error @below {{a penalty needs a floating-point tensor, but the output is 'tensor<?x4xi32>'}}
  %y = kreg.layer "ids" ActivityRegularization penalised <1.0, 0.0> per batch {
    kreg.yield %x : tensor<?x4xi32>
  } : tensor<?x4xi32>
  kreg.return %y : tensor<?x4xi32>
}
