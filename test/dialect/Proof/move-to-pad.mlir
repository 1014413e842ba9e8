// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// A transpose reaches the pad behind exp
kreg.model @transpose(%x: tensor<?x3x3xf32>) -> tensor<?x3x5xf32> {
  %p = kreg.pad %x low [0, 1, 0] high [0, 1, 0] : (tensor<?x3x3xf32>) -> tensor<?x5x3xf32>
  %e = kreg.unary exp %p : tensor<?x5x3xf32>
  %y = kreg.transpose %e perm [0, 2, 1] : (tensor<?x5x3xf32>) -> tensor<?x3x5xf32>
  kreg.return %y : tensor<?x3x5xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @transpose_b(%x: tensor<?x3x3xf32>) -> tensor<?x3x5xf32> {
  %t = kreg.transpose %x perm [0, 2, 1] : (tensor<?x3x3xf32>) -> tensor<?x3x3xf32>
  %p = kreg.pad %t low [0, 0, 1] high [0, 0, 1] : (tensor<?x3x3xf32>) -> tensor<?x3x5xf32>
  %y = kreg.unary exp %p : tensor<?x3x5xf32>
  kreg.return %y : tensor<?x3x5xf32>
}

// -----

// A slice cuts off what was padded
kreg.model @slice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary exp %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @slice_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x4xf32>) -> tensor<?x7xf32>
  %e = kreg.unary exp %p : tensor<?x7xf32>
  %y = kreg.slice %e low [0, 1] high [0, 2] : (tensor<?x7xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
