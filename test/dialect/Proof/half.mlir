// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu_of_leaky_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_of_leaky_relu_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [0.25] : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @relu_of_elu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_of_elu_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary elu %x params [1.0] : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @relu6_of_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu6 %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu6_of_relu_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.unary relu6 %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @maximum_of_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @maximum_of_relu_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r0 params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @maximum_of_larger(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @maximum_of_larger_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary relu6 %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r0 params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Past a factor
kreg.model @factor(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu6 %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @factor_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [0.25] : tensor<?x4xf32>
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %r, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu6 %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Past dropout
kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %d = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary relu6 %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @dropout_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %d = kreg.dropout %r rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary relu6 %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Past a factor that keeps the maximum
kreg.model @larger(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu6 %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @larger_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %r, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu6 %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
