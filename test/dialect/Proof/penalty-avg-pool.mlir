// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @tiled(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %r, <0.25, 0.0> per batch : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @tiled_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %r = kreg.unary relu %x : tensor<?x4x4x2xf32>
  %y = kreg.pool avg %r window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32> penalties %p
}
