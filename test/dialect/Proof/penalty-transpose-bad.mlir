// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// batch-stays: it divides by another dimension
kreg.model @batch_moves(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  %z = kreg.transpose %x perm [1, 0] : (tensor<?x4xf32>) -> tensor<4x?xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @batch_moves_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  %z = kreg.transpose %x perm [1, 0] : (tensor<?x4xf32>) -> tensor<4x?xf32>
  %p = kreg.penalty %z, <0.5, 0.25> per batch : tensor<4x?xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
