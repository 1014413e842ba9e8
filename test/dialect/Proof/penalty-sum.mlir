// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu_and_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %r, <0.5, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %s, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %q
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu_and_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %s = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.binary add %r, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
