// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @concat(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %n = kreg.unary neg %x : tensor<?x4xf32>
  %z = kreg.concat %x, %n axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %y = kreg.unary relu %z : tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @concat_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %n = kreg.unary neg %x : tensor<?x4xf32>
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.unary relu %n : tensor<?x4xf32>
  %y = kreg.concat %r, %s axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}

// -----

kreg.model @past_a_factor(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %n = kreg.unary neg %x : tensor<?x4xf32>
  %z = kreg.concat %x, %n axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %z, %c : (tensor<?x8xf32>, tensor<1xf32>) -> tensor<?x8xf32>
  %y = kreg.unary sigmoid %s : tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @past_a_factor_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %n = kreg.unary neg %x : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %q = kreg.binary mul %n, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %r = kreg.unary sigmoid %s : tensor<?x4xf32>
  %t = kreg.unary sigmoid %q : tensor<?x4xf32>
  %y = kreg.concat %r, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
