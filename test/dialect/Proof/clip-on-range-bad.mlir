// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// at-least: tanh goes to -1
kreg.model @below(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @below_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary clip %r0 params [-0.5, 1.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// at-most: tanh goes to 1
kreg.model @above(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @above_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary clip %r0 params [-1.0, 0.5] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
