// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @pads_add(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %y = kreg.pad %x low [0, 3] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @pads_add_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %z = kreg.pad %x low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  %y = kreg.pad %z low [0, 2] high [0, 0] : (tensor<?x6xf32>) -> tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32>
}
