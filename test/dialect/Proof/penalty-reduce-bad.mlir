// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// power-1: the square of a sum is not the sum of squares
kreg.model @squares(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.reduce sum %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %r, <0.0, 1.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @squares_b(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.reduce sum %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %y, <0.0, 1.0> per batch : tensor<?xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}

// -----

// non-negative: signs cancel in a sum
kreg.model @both_signs(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.reduce sum %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %r, <1.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @both_signs_b(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.reduce sum %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}
