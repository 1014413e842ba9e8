// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @mean(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.reduce mean %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %r, <0.25, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @mean_b(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.reduce mean %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}

// -----

kreg.model @sum(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.reduce sum %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %r, <1.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @sum_b(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.reduce sum %r axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?xf32>
  kreg.return %y : tensor<?xf32> penalties %p
}
