// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// one-number: its elements differ
kreg.model @a_vector(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<[2.0, 2.0, 2.0, 3.0]> : tensor<4xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @a_vector_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
