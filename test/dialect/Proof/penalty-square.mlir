// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @square(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary square %x : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @square_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary square %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
