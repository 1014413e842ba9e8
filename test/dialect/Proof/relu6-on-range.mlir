// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu6_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu6_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary relu6 %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
