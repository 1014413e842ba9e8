// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// Two slopes in one
kreg.model @two(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [0.125] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @two_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [0.25] : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %r params [0.5] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
