// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @a_vector_of_one_number(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<4xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @a_vector_of_one_number_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
