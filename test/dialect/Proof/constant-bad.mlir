// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models=tolerance=0.5 -o /dev/null

// computed: nothing computed them: they are what a file says
kreg.variable @kernel trainable : tensor<4x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.variable @scaled trainable : tensor<4x2xf32> = dense<[[1.1, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.model @two_weights(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %y = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark-re@below {{inference: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{training: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{expectation: {{undecided: output|not-equal}}}}
kreg.model @two_weights_b(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %q = kreg.read @scaled : tensor<4x2xf32>
  %y = kreg.dense %x, %q : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}

// -----

// close: more than the tolerance of this test, one half
kreg.variable @kernel trainable : tensor<4x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
kreg.variable @scale trainable : tensor<2xf32> = dense<[2.0, 0.5]> : tensor<2xf32>
kreg.variable @scaled trainable : tensor<4x2xf32> = dense<[[9000.0, 1.0], [6.0, 2.0], [10.0, 3.0], [14.0, 4.0]]> : tensor<4x2xf32>
kreg.model @far_apart(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %q = kreg.read @scaled : tensor<4x2xf32>
  %y = kreg.dense %x, %q : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
// expected-remark-re@below {{inference: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{training: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{expectation: {{undecided: output|not-equal}}}}
kreg.model @far_apart_b(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %k = kreg.read @kernel : tensor<4x2xf32>
  %s = kreg.read @scale : tensor<2xf32>
  %z = kreg.dense %x, %k : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = kreg.binary mul %z, %s : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32>
}
