// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @two_permutations(%x: tensor<?x2x3x4xf32>) -> tensor<?x3x4x2xf32> {
  %y = kreg.transpose %x perm [0, 2, 3, 1] : (tensor<?x2x3x4xf32>) -> tensor<?x3x4x2xf32>
  kreg.return %y : tensor<?x3x4x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @two_permutations_b(%x: tensor<?x2x3x4xf32>) -> tensor<?x3x4x2xf32> {
  %z = kreg.transpose %x perm [0, 2, 1, 3] : (tensor<?x2x3x4xf32>) -> tensor<?x3x2x4xf32>
  %y = kreg.transpose %z perm [0, 1, 3, 2] : (tensor<?x3x2x4xf32>) -> tensor<?x3x4x2xf32>
  kreg.return %y : tensor<?x3x4x2xf32>
}

// -----

kreg.model @they_cancel(%x: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> {
  %y = kreg.unary relu %x : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @they_cancel_b(%x: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> {
  %z = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %t = kreg.transpose %z perm [0, 2, 1] : (tensor<?x3x2xf32>) -> tensor<?x2x3xf32>
  %y = kreg.unary relu %t : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32>
}
