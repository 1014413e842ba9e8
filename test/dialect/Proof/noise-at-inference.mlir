// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: undecided}}
kreg.model @dropout_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary sigmoid %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @noise(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: undecided}}
kreg.model @noise_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.noise gaussian_dropout %x amount 0.5 : tensor<?x4xf32>
  %y = kreg.unary sigmoid %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
