// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// The factors are part of the equation: 2·x + 3·y
kreg.model @two_factors(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %d = kreg.constant dense<3.0> : tensor<1xf32>
  %u = kreg.binary mul %t, %d : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.binary add %s, %u : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @two_factors_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %s = kreg.binary add %x, %t : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// exact: 2⁶⁰·x + x and 2⁶⁰·x
kreg.model @rounded(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cy = kreg.constant dense<1.152921504606846976e+18> : tensor<1xf32>
  %y = kreg.binary mul %x, %cy : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark-re@below {{inference: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{training: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{expectation: {{undecided: output|not-equal}}}}
kreg.model @rounded_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cs = kreg.constant dense<1.152921504606846976e+18> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.binary add %s, %x : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
