// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @add_zero(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @add_zero_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<0.0> : tensor<4xf32>
  %z = kreg.binary add %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @sub_zero(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @sub_zero_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<0.0> : tensor<4xf32>
  %z = kreg.binary sub %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @mul_one(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @mul_one_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<1.0> : tensor<4xf32>
  %z = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @div_one(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @div_one_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<1.0> : tensor<4xf32>
  %z = kreg.binary div %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
