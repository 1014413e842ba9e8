// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// non-negative: tanh has both signs
kreg.model @relu6_of_tanh(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clip %x params [-1.0, 1.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @relu6_of_tanh_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clip %x params [-1.0, 1.0] : tensor<?x4xf32>
  %y = kreg.unary relu6 %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// at-most-6: a square has no bound
kreg.model @relu6_of_square(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary square %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @relu6_of_square_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary square %x : tensor<?x4xf32>
  %y = kreg.unary relu6 %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
