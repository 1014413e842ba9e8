// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// power-1: the squares of a row vary
kreg.model @squares(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x4xf32>
  %t = kreg.unary sigmoid %x : tensor<?x4xf32>
  %s = kreg.softmax %t axis 1 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @squares_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.softmax %x axis 1 : tensor<?x4xf32>
  %t = kreg.unary sigmoid %x : tensor<?x4xf32>
  %s = kreg.softmax %t axis 1 : tensor<?x4xf32>
  %p = kreg.penalty %s, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
