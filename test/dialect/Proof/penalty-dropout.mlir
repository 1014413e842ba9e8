// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @l1_keeps_its_mean(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @l1_keeps_its_mean_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

kreg.model @l2_doubles(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @l2_doubles_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

kreg.model @channels(%x: tensor<?x2x2xf32>) -> tensor<?x2x2xf32> {
  %y = kreg.dropout %x rate 0.25 noise_shape [0, 1, 2] : tensor<?x2x2xf32>
  %p = kreg.penalty %x, <0.5, 0.0> per batch : tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @channels_b(%x: tensor<?x2x2xf32>) -> tensor<?x2x2xf32> {
  %y = kreg.dropout %x rate 0.25 noise_shape [0, 1, 2] : tensor<?x2x2xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x2x2xf32>
  kreg.return %y : tensor<?x2x2xf32> penalties %p
}
