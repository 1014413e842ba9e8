// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @leaky_relu_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @leaky_relu_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %r params [0.25] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @elu_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @elu_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary elu %r params [1.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @abs_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @abs_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary abs %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @relu_of_a_sum(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_of_a_sum_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %t = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %t : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
