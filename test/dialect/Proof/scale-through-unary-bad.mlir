// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// homogeneous: tanh saturates
kreg.model @tanh(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @tanh_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = kreg.unary tanh %x : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// not-negative: a negative factor turns it over
kreg.model @negative(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @negative_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = kreg.unary relu %x : tensor<?x4xf32>
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
