// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @slope_1(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @slope_1_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %r0 params [1.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
