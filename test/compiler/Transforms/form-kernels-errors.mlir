// RUN: kreg-opt %s -kreg-form-kernels -split-input-file -verify-diagnostics

kreg.model @training(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  // expected-error@+1 {{is not of penalty form at inference; run 'kreg-penalty-pipeline' first}}
  %y = kreg.dropout %x rate 0.5 : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}

// -----

kreg.model @twice(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  // expected-error@+1 {{and 'kreg-form-kernels' once}}
  %y = kreg.kernel "relu" (%a = %x : tensor<?x6xf32>) {
    %0 = kreg.unary relu %a : tensor<?x6xf32>
    kreg.yield %0 : tensor<?x6xf32>
  } : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
