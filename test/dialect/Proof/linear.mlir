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

// Rescaling after Rescaling
kreg.model @rescaling(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cs = kreg.constant dense<0.5> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %cy = kreg.constant dense<-0.75> : tensor<1xf32>
  %y = kreg.binary add %s, %cy : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @rescaling_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cs = kreg.constant dense<0.25> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %ct = kreg.constant dense<1.0> : tensor<1xf32>
  %t = kreg.binary add %s, %ct : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %cu = kreg.constant dense<2.0> : tensor<1xf32>
  %u = kreg.binary mul %t, %cu : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %cy = kreg.constant dense<-2.75> : tensor<1xf32>
  %y = kreg.binary add %u, %cy : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// 2·x + 3·x
kreg.model @like_terms(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cy = kreg.constant dense<5.0> : tensor<1xf32>
  %y = kreg.binary mul %x, %cy : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @like_terms_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %ct = kreg.constant dense<3.0> : tensor<1xf32>
  %t = kreg.binary mul %x, %ct : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.binary add %s, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Subtract and its negative
kreg.model @difference(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.binary sub %x, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @difference_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %d = kreg.binary sub %z, %x : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary neg %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// x + z - x
kreg.model @cancels(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @cancels_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = kreg.binary add %x, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %d = kreg.binary sub %s, %x : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// What all parts have passes a maximum
kreg.model @common(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %s = kreg.binary add %x, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %ct = kreg.constant dense<2.0> : tensor<1xf32>
  %t = kreg.binary mul %s, %ct : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.reduce max %t axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @common_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %ct = kreg.constant dense<2.0> : tensor<1xf32>
  %t = kreg.binary mul %z, %ct : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %u = kreg.binary add %s, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.reduce max %u axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
