// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @variance_added(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %t = kreg.unary neg %x : tensor<?x4xf32>
  %n = kreg.noise gaussian_noise %t amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @variance_added_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %t = kreg.unary neg %x : tensor<?x4xf32>
  %n = kreg.noise gaussian_noise %t amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %n, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// L2 grows by a constant.
kreg.model @constant_only(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal, same gradients}}
kreg.model @constant_only_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
