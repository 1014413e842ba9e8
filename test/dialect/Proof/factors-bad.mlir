// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// exact: (1 + 3u)² and (1 + u)²(1 + 4u), u the last bit of 1, differ by 4u³
kreg.model @third_order(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = kreg.constant dense<0x3F800003> : tensor<1xf32>
  %f0 = kreg.binary mul %x, %c0 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %c1 = kreg.constant dense<0x3F800003> : tensor<1xf32>
  %y = kreg.binary mul %f0, %c1 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark-re@below {{inference: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{training: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{expectation: {{undecided: output|not-equal}}}}
kreg.model @third_order_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = kreg.constant dense<0x3F800001> : tensor<1xf32>
  %f0 = kreg.binary mul %x, %c0 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %c1 = kreg.constant dense<0x3F800001> : tensor<1xf32>
  %f1 = kreg.binary mul %f0, %c1 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %c2 = kreg.constant dense<0x3F800004> : tensor<1xf32>
  %y = kreg.binary mul %f1, %c2 : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
