// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu6_twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu6 %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu6_twice_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu6 %x : tensor<?x4xf32>
  %y = kreg.unary relu6 %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @abs_twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary abs %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @abs_twice_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary abs %x : tensor<?x4xf32>
  %y = kreg.unary abs %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @relu_twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_twice_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
