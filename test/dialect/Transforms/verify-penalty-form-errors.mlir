// RUN: kreg-opt %s -kreg-verify-penalty-form -split-input-file -verify-diagnostics

kreg.model @layers(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  // expected-error @below {{a layer in penalty form, which has core ops only}}
  // expected-note @below {{'kreg-dissolve-layers' should have run}}
  %y = kreg.layer "re_lu" ReLU {
    %0 = kreg.unary relu %x : tensor<?x4xf32>
    kreg.yield %0 : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  // expected-error @below {{a fact of training in a model for inference}}
  // expected-note @below {{'kreg-specialize-inference' should have run}}
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @trained(%x: tensor<?x4xf32>, %m: tensor<4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  // expected-error @below {{a fact of training in a model for inference}}
  // expected-note @below {{'kreg-specialize-inference' should have run}}
  %y = kreg.batch_norm %x mean %m variance %m epsilon 1.0e-3 axis 1 trained
      : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// expected-error @below {{the model 'no_mode' is not specialised to a mode}}
// expected-note @below {{'kreg-specialize-inference' should have run}}
kreg.model @no_mode(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  kreg.return %x : tensor<?x4xf32>
}

// -----

kreg.model @unobserved(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  // expected-error @below {{the penalty is not among those of 'kreg.return'}}
  // expected-note @below {{'canonicalize' should have run}}
  %p = kreg.penalty %x, <1.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32>
}

// -----

// expected-error @below {{two penalties of one tensor in a model of which only the sum of penalties is observed}}
// expected-note @below {{'kreg-merge-penalties' should have run}}
kreg.model @unmerged(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference", observed = "sum"} {
  %p = kreg.penalty %x, <1.0, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %x, <2.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32> penalties %p, %q
}

// -----

kreg.model @not_a_penalty(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  %one = arith.constant 1.0 : f64
  // expected-error @below {{a penalty is neither a 'kreg.penalty' nor the constant 0}}
  kreg.return %x : tensor<?x4xf32> penalties %one
}

// -----

kreg.model @kernels(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {mode = "inference"} {
  // expected-error @below {{kernel 'k' is made after penalty form}}
  %y = kreg.kernel "k" (%a = %x : tensor<?x4xf32>) {
    kreg.yield %a : tensor<?x4xf32>
  } : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
