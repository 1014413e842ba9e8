// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @a_row_sums_to_one(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x2xf32>
  %t = kreg.unary sigmoid %x : tensor<?x2xf32>
  %s = kreg.softmax %t axis 1 : tensor<?x2xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @a_row_sums_to_one_b(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x2xf32>
  %t = kreg.unary sigmoid %x : tensor<?x2xf32>
  %s = kreg.softmax %t axis 1 : tensor<?x2xf32>
  %p = kreg.penalty %s, <0.5, 0.0> per batch : tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32> penalties %p
}

// -----

// L1 of a softmax is a constant.
kreg.model @constant_only(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal, same gradients}}
// expected-remark@below {{training: not-equal, same gradients}}
// expected-remark@below {{expectation: not-equal, same gradients}}
kreg.model @constant_only_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
