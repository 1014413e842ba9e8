// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// no-more-cut: an element is cut, a zero stays
kreg.model @more_is_cut(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @more_is_cut_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x4xf32>) -> tensor<?x7xf32>
  %s = kreg.slice %z low [0, 2] high [0, 1] : (tensor<?x7xf32>) -> tensor<?x4xf32>
  %y = kreg.unary tanh %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
