// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @dropout_of_none(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @dropout_of_none_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.dropout %x rate 0.0 : tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @noise_of_none(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @noise_of_none_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.noise gaussian_noise %x amount 0.0 : tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
