// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// mode: a draw is no mean
kreg.model @sample_by_sample(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %t = kreg.unary neg %x : tensor<?x4xf32>
  %n = kreg.noise gaussian_noise %t amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @sample_by_sample_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %t = kreg.unary neg %x : tensor<?x4xf32>
  %n = kreg.noise gaussian_noise %t amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %n, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// power-2: E|x + n| is no multiple of |x| and a constant
kreg.model @smoothed(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark-re@below {{expectation: not-equal{{$}}}}
kreg.model @smoothed_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
