// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// neutral: another constant
kreg.model @add_half(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @add_half_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<0.5> : tensor<4xf32>
  %z = kreg.binary add %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// neutral: another constant
kreg.model @mul_half(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @mul_half_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<0.5> : tensor<4xf32>
  %z = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// neutral: another constant
kreg.model @sub_some(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @sub_some_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<[0.0, 0.0, 0.0, 1.0]> : tensor<4xf32>
  %z = kreg.binary sub %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// neutral: another constant
kreg.model @div_two(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @div_two_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<4xf32>
  %z = kreg.binary div %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// neutral: 0 - x is not x
kreg.model @from_zero(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @from_zero_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<0.0> : tensor<4xf32>
  %z = kreg.binary sub %c, %x : (tensor<4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
