// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// power-1: the square of a sum is not the sum of squares
kreg.model @squares(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %r, <0.0, 0.5> per batch : tensor<?x4xf32>
  %q = kreg.penalty %s, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %q
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @squares_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// non-negative: signs cancel in a sum
kreg.model @both_signs(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %r, <0.5, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %s, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %q
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @both_signs_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// no-broadcast: a part counts four times
kreg.model @broadcast(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.reduce max %r axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %r, <0.5, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %s, <0.5, 0.0> per batch : tensor<?x1xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %q
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @broadcast_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.reduce max %r axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
