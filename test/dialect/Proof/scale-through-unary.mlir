// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = kreg.unary relu %x : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @leaky_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary leaky_relu %s params [0.25] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @leaky_relu_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = kreg.unary leaky_relu %x params [0.25] : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// A minus stays where it is, whatever the order of the factors.
kreg.model @minus_stays(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<3.0> : tensor<1xf32>
  %n = kreg.unary neg %x : tensor<?x4xf32>
  %r = kreg.binary mul %n, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @minus_stays_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<3.0> : tensor<1xf32>
  %n = kreg.unary neg %x : tensor<?x4xf32>
  %r = kreg.unary relu %n : tensor<?x4xf32>
  %y = kreg.binary mul %r, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
