// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @add(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %d = kreg.constant dense<2.0> : tensor<1xf32>
  %u = kreg.binary mul %t, %d : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.binary add %s, %u : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @add_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary add %x, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @concat(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %d = kreg.constant dense<2.0> : tensor<1xf32>
  %u = kreg.binary mul %t, %d : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.concat %s, %u axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @concat_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.concat %x, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
