// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @pads_are_permuted(%x: tensor<?x2x3xf32>) -> tensor<?x3x4xf32> {
  %z = kreg.pad %x low [0, 1, 0] high [0, 1, 0] : (tensor<?x2x3xf32>) -> tensor<?x4x3xf32>
  %y = kreg.transpose %z perm [0, 2, 1] : (tensor<?x4x3xf32>) -> tensor<?x3x4xf32>
  kreg.return %y : tensor<?x3x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @pads_are_permuted_b(%x: tensor<?x2x3xf32>) -> tensor<?x3x4xf32> {
  %z = kreg.transpose %x perm [0, 2, 1] : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>
  %y = kreg.pad %z low [0, 0, 1] high [0, 0, 1] : (tensor<?x3x2xf32>) -> tensor<?x3x4xf32>
  kreg.return %y : tensor<?x3x4xf32>
}
