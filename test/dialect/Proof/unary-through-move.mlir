// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @reshape(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %z = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %y = kreg.unary exp %z : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @reshape_b(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %z = kreg.unary exp %x : tensor<?x2x3xf32>
  %y = kreg.reshape %z : tensor<?x2x3xf32> to tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}

// -----

kreg.model @transpose(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %z = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %y = kreg.unary exp %z : tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @transpose_b(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %z = kreg.unary exp %x : tensor<?x2x3xf32>
  %y = kreg.transpose %z perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}

// -----

kreg.model @repeat(%x: tensor<?x2x3xf32>) -> tensor<?x2x6xf32> {
  %z = kreg.repeat %x factors [1, 1, 2] : (tensor<?x2x3xf32>) -> tensor<?x2x6xf32>
  %y = kreg.unary exp %z : tensor<?x2x6xf32>
  kreg.return %y : tensor<?x2x6xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @repeat_b(%x: tensor<?x2x3xf32>) -> tensor<?x2x6xf32> {
  %z = kreg.unary exp %x : tensor<?x2x3xf32>
  %y = kreg.repeat %z factors [1, 1, 2] : (tensor<?x2x3xf32>) -> tensor<?x2x6xf32>
  kreg.return %y : tensor<?x2x6xf32>
}

// -----

kreg.model @slice(%x: tensor<?x2x3xf32>) -> tensor<?x2x2xf32> {
  %z = kreg.slice %x low [0, 0, 1] high [0, 0, 0] : (tensor<?x2x3xf32>) -> tensor<?x2x2xf32>
  %y = kreg.unary exp %z : tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @slice_b(%x: tensor<?x2x3xf32>) -> tensor<?x2x2xf32> {
  %z = kreg.unary exp %x : tensor<?x2x3xf32>
  %y = kreg.slice %z low [0, 0, 1] high [0, 0, 0] : (tensor<?x2x3xf32>) -> tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}

// -----

kreg.model @past_a_factor(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x2x3xf32>, tensor<1xf32>) -> tensor<?x2x3xf32>
  %z = kreg.reshape %s : tensor<?x2x3xf32> to tensor<?x6xf32>
  %y = kreg.unary tanh %z : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @past_a_factor_b(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x2x3xf32>, tensor<1xf32>) -> tensor<?x2x3xf32>
  %z = kreg.unary tanh %s : tensor<?x2x3xf32>
  %y = kreg.reshape %z : tensor<?x2x3xf32> to tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
