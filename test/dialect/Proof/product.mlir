// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @mul_in_any_order(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary mul %x, %r : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary mul %s, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @mul_in_any_order_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary mul %t, %r : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary mul %x, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
