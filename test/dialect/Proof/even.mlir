// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @abs_of_abs(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary abs %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @abs_of_abs_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary abs %x : tensor<?x4xf32>
  %y = kreg.unary abs %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @square_of_abs(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary square %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @square_of_abs_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary abs %x : tensor<?x4xf32>
  %y = kreg.unary square %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// Behind dropout
kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %d = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary square %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @dropout_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.unary abs %x : tensor<?x4xf32>
  %d = kreg.dropout %a rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary square %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
