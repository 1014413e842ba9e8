// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @factors_multiply(%x: tensor<?x2x3xf32>) -> tensor<?x8x3xf32> {
  %y = kreg.repeat %x factors [1, 4, 1] : (tensor<?x2x3xf32>) -> tensor<?x8x3xf32>
  kreg.return %y : tensor<?x8x3xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @factors_multiply_b(%x: tensor<?x2x3xf32>) -> tensor<?x8x3xf32> {
  %z = kreg.repeat %x factors [1, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x4x3xf32>
  %y = kreg.repeat %z factors [1, 2, 1] : (tensor<?x4x3xf32>) -> tensor<?x8x3xf32>
  kreg.return %y : tensor<?x8x3xf32>
}
