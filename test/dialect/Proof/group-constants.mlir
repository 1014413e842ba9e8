// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.variable @bias trainable : tensor<2xf32> = dense<[1.0, 3.0]> : tensor<2xf32>
kreg.variable @scaled_bias trainable : tensor<2xf32> = dense<[2.0, 1.5]> : tensor<2xf32>
kreg.variable @grouped trainable : tensor<2xf32> = dense<[1.5, 3.5]> : tensor<2xf32>
kreg.model @sum(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %b = kreg.read @bias : tensor<2xf32>
  %c = kreg.constant dense<0.5> : tensor<2xf32>
  %h = kreg.unary tanh %x : tensor<?x2xf32>
  %z = kreg.binary add %h, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %y = kreg.binary add %z, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @sum_b(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %b = kreg.read @grouped : tensor<2xf32>
  %h = kreg.unary tanh %x : tensor<?x2xf32>
  %y = kreg.binary add %h, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}

// -----

kreg.variable @bias trainable : tensor<2xf32> = dense<[1.0, 3.0]> : tensor<2xf32>
kreg.variable @scaled_bias trainable : tensor<2xf32> = dense<[2.0, 1.5]> : tensor<2xf32>
kreg.variable @grouped trainable : tensor<2xf32> = dense<[0.5, 1.5]> : tensor<2xf32>
kreg.model @product(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %b = kreg.read @bias : tensor<2xf32>
  %c = kreg.constant dense<0.5> : tensor<2xf32>
  %h = kreg.unary tanh %x : tensor<?x2xf32>
  %z = kreg.binary mul %h, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %y = kreg.binary mul %z, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @product_b(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %b = kreg.read @grouped : tensor<2xf32>
  %h = kreg.unary tanh %x : tensor<?x2xf32>
  %y = kreg.binary mul %h, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
