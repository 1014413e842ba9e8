// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @dropout(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %z = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %y = kreg.dropout %z rate 0.5 : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @dropout_b(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %z = kreg.dropout %x rate 0.5 : tensor<?x2x3xf32>
  %y = kreg.reshape %z : tensor<?x2x3xf32> to tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}

// -----

kreg.model @gaussian_noise(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %z = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %y = kreg.noise gaussian_noise %z amount 0.5 : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @gaussian_noise_b(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %z = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x2x3xf32>
  %y = kreg.reshape %z : tensor<?x2x3xf32> to tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
