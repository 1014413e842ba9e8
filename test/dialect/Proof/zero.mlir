// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// ReLU(max_value=0), and its penalty
kreg.model @relu(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.0, 0.0, 0.0] : tensor<?x4xf32>
  %s = kreg.binary add %r, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  %p = kreg.penalty %r, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// 0·x
kreg.model @product(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @product_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cr = kreg.constant dense<0.0> : tensor<1xf32>
  %r = kreg.binary mul %x, %cr : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %s = kreg.binary add %r, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Zeros stay zeros
kreg.model @through(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @through_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cr = kreg.constant dense<0.0> : tensor<1xf32>
  %r = kreg.binary mul %x, %cr : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %t = kreg.unary tanh %r : tensor<?x4xf32>
  %d = kreg.dropout %t rate 0.5 : tensor<?x4xf32>
  %s = kreg.binary add %d, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
