// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models=merge-linear -o /dev/null

kreg.variable @first trainable : tensor<2x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
kreg.variable @second trainable : tensor<2x2xf32> = dense<[[1.0, 1.0], [0.0, 2.0]]> : tensor<2x2xf32>
kreg.variable @merged trainable : tensor<2x2xf32> = dense<[[1.0, 5.0], [3.0, 11.0]]> : tensor<2x2xf32>
kreg.model @two_layers(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %j = kreg.read @first : tensor<2x2xf32>
  %k = kreg.read @second : tensor<2x2xf32>
  %z = kreg.dense %x, %j : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %y = kreg.dense %z, %k : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @two_layers_b(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %q = kreg.read @merged : tensor<2x2xf32>
  %y = kreg.dense %x, %q : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
