// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @through_another_shape(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @through_another_shape_b(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %z = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %y = kreg.reshape %z : tensor<?x6xf32> to tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32>
}
