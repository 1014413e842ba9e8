// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// not-negative: the inner function is positive where x is negative
kreg.model @negative(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary leaky_relu %x params [-0.125] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @negative_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [-0.25] : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %r params [0.5] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// exact: (1 + 3u)² and (1 + u)²(1 + 4u), u the last bit of 1, differ by 4u³
kreg.model @third_order(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [1.00000035762786865234375] : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %r params [1.00000035762786865234375] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark-re@below {{inference: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{training: {{undecided: output|not-equal}}}}
// expected-remark-re@below {{expectation: {{undecided: output|not-equal}}}}
kreg.model @third_order_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [1.00000011920928955078125] : tensor<?x4xf32>
  %s = kreg.unary leaky_relu %r params [1.00000011920928955078125] : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %s params [1.000000476837158203125] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
