// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// at-most: a square has no bound
kreg.model @relu6_of_square(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary square %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @relu6_of_square_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary square %x : tensor<?x4xf32>
  %y = kreg.unary relu6 %r0 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// at-most: half of a sigmoid is above
kreg.model @relu_half_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @relu_half_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r0 params [0.0, 0.0, 0.5] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
