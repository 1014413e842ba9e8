// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// mode: a draw is no mean
kreg.model @sample_by_sample(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_dropout %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @sample_by_sample_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_dropout %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
