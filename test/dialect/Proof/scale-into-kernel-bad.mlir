// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// per-channel: the factors are of rows of the result, not of the kernel
kreg.variable @kernel trainable : tensor<2x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
kreg.variable @scale trainable : tensor<2x2xf32> = dense<[[2.0, 3.0], [4.0, 5.0]]> : tensor<2x2xf32>
kreg.variable @scaled trainable : tensor<2x2xf32> = dense<[[2.0, 6.0], [12.0, 20.0]]> : tensor<2x2xf32>
kreg.model @per_position(%x: tensor<?x2x2xf32>) -> tensor<?x2x2xf32> {
  %k = kreg.read @kernel : tensor<2x2xf32>
  %s = kreg.read @scale : tensor<2x2xf32>
  %z = kreg.dense %x, %k : (tensor<?x2x2xf32>, tensor<2x2xf32>) -> tensor<?x2x2xf32>
  %y = kreg.binary mul %z, %s : (tensor<?x2x2xf32>, tensor<2x2xf32>) -> tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @per_position_b(%x: tensor<?x2x2xf32>) -> tensor<?x2x2xf32> {
  %q = kreg.read @scaled : tensor<2x2xf32>
  %y = kreg.dense %x, %q : (tensor<?x2x2xf32>, tensor<2x2xf32>) -> tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32>
}
