// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @two_of_them(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = kreg.constant dense<0.5> : tensor<1xf32>
  %f0 = kreg.binary mul %x, %c0 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %c1 = kreg.constant dense<3.0> : tensor<1xf32>
  %y = kreg.binary mul %f0, %c1 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @two_of_them_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = kreg.constant dense<1.5> : tensor<1xf32>
  %y = kreg.binary mul %x, %c0 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @around_a_product(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary mul %x, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %c = kreg.constant dense<3.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @around_a_product_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %c = kreg.constant dense<3.0> : tensor<1xf32>
  %s = kreg.binary mul %t, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.binary mul %x, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
