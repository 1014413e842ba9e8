// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.dropout %z rate 0.5 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
