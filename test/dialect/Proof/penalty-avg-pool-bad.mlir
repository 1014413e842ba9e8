// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// power-1: the square of a mean is not the mean of squares
kreg.model @squares(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %r, <0.0, 0.25> per batch : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @squares_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <0.0, 1.0> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}

// -----

// non-negative: signs cancel in a mean
kreg.model @both_signs(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %r = kreg.unary tanh %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %r, <0.25, 0.0> per batch : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @both_signs_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %r = kreg.unary tanh %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}

// -----

// tiles: inner elements are in more than one window
kreg.model @overlapping(%x: tensor<?x4x4x2xf32>) -> tensor<?x3x3x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x3x3x2xf32>
  %p = kreg.penalty %r, <0.25, 0.0> per batch : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x3x3x2xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @overlapping_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x3x3x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x3x3x2xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x3x3x2xf32>
  kreg.return %y : tensor<?x3x3x2xf32> penalties %p
}

// -----

// tiles: the last row and column are in no window
kreg.model @a_rest(%x: tensor<?x4x4x2xf32>) -> tensor<?x1x1x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [3, 3] strides [3, 3] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x1x1x2xf32>
  %p = kreg.penalty %r, <0.125, 0.0> per batch : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x1x1x2xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @a_rest_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x1x1x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [3, 3] strides [3, 3] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x1x1x2xf32>
  %p = kreg.penalty %y, <1.125, 0.0> per batch : tensor<?x1x1x2xf32>
  kreg.return %y : tensor<?x1x1x2xf32> penalties %p
}
