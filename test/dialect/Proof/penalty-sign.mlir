// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @abs(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary abs %x : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @abs_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary abs %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

kreg.model @neg(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary neg %x : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @neg_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary neg %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
