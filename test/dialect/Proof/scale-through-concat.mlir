// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @concat(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %d = kreg.constant dense<2.0> : tensor<1xf32>
  %u = kreg.binary mul %t, %d : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.concat %s, %u axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @concat_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.concat %x, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}

// -----

// Another factor stays
kreg.model @two_factors(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %ct = kreg.constant dense<6.0> : tensor<1xf32>
  %t = kreg.binary mul %z, %ct : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.concat %s, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @two_factors_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %ct = kreg.constant dense<3.0> : tensor<1xf32>
  %t = kreg.binary mul %z, %ct : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %u = kreg.concat %x, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %cy = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %u, %cy : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}

// -----

// Of a concatenation in another
kreg.model @nested(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %cs = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %ct = kreg.constant dense<2.0> : tensor<1xf32>
  %t = kreg.binary mul %z, %ct : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %u = kreg.concat %s, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %y = kreg.concat %u, %x axis 1 : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x12xf32>
  kreg.return %y : tensor<?x12xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @nested_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %u = kreg.concat %x, %z axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %cv = kreg.constant dense<2.0> : tensor<1xf32>
  %v = kreg.binary mul %u, %cv : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  %y = kreg.concat %v, %x axis 1 : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x12xf32>
  kreg.return %y : tensor<?x12xf32>
}
