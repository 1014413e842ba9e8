// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// order-kept: a square transposed has its shape
kreg.model @permuted(%x: tensor<?x3x3xf32>) -> tensor<?x3x3xf32> {
  %y = kreg.unary tanh %x : tensor<?x3x3xf32>
  kreg.return %y : tensor<?x3x3xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @permuted_b(%x: tensor<?x3x3xf32>) -> tensor<?x3x3xf32> {
  %z = kreg.transpose %x perm [0, 2, 1] : (tensor<?x3x3xf32>) -> tensor<?x3x3xf32>
  %y = kreg.unary tanh %z : tensor<?x3x3xf32>
  kreg.return %y : tensor<?x3x3xf32>
}
