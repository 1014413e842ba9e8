// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// keeps-zero: the sigmoid of 0 is 1/2
kreg.model @sigmoid(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @sigmoid_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cr = kreg.constant dense<0.0> : tensor<1xf32>
  %r = kreg.binary mul %x, %cr : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %t = kreg.unary sigmoid %r : tensor<?x4xf32>
  %s = kreg.binary add %t, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// slope-0: below the threshold there is a slope
kreg.model @slope(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @slope_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.5, 0.0, 0.0] : tensor<?x4xf32>
  %s = kreg.binary add %r, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// threshold-not-negative: between the threshold and 0 it is x
kreg.model @threshold(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @threshold_b(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary clipped_relu %x params [0.0, -2.0, 0.0] : tensor<?x4xf32>
  %s = kreg.binary add %r, %z : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
