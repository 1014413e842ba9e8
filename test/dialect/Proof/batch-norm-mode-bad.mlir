// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// trained: a layer that is not trained keeps its moving statistics
kreg.variable @mean trainable : tensor<4xf32> = dense<[0.5, 1.0, 0.25, 0.0]> : tensor<4xf32>
kreg.variable @variance trainable : tensor<4xf32> = dense<[1.5, 2.0, 0.75, 3.0]> : tensor<4xf32>
kreg.model @frozen(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = kreg.read @mean : tensor<4xf32>
  %v = kreg.read @variance : tensor<4xf32>
  %y = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1 trained : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @frozen_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = kreg.read @mean : tensor<4xf32>
  %v = kreg.read @variance : tensor<4xf32>
  %y = kreg.batch_norm %x mean %m variance %v epsilon 1.0e-3 axis 1 : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
