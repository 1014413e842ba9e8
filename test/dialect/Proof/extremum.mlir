// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @max_in_any_order(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary max %x, %r : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary max %s, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @max_in_any_order_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary max %t, %r : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary max %x, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @min_in_any_order(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary min %x, %r : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary min %s, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @min_in_any_order_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary min %t, %r : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary min %x, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
