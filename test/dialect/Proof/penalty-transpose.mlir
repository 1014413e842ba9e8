// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @permuted(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x3x2xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @permuted_b(%x: tensor<?x2x3xf32>) -> tensor<?x3x2xf32> {
  %y = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x3x2xf32>
  kreg.return %y : tensor<?x3x2xf32> penalties %p
}
