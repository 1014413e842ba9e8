// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// mode: a draw is no mean
kreg.model @sample_by_sample(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @sample_by_sample_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// rate-below-1: nothing is left
kreg.model @all_is_dropped(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 1.0 : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @all_is_dropped_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.dropout %x rate 1.0 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
