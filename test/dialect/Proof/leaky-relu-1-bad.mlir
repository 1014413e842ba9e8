// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// slope-1: half of what is below zero is lost
kreg.model @slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %r0 params [0.5] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
