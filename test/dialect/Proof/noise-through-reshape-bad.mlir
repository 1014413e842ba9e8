// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// per-element: rows of x are not those of the reshape
kreg.model @one_draw_per_row(%x: tensor<?x2x2x3xf32>) -> tensor<?x3x2x2xf32> {
  %z = kreg.reshape %x : tensor<?x2x2x3xf32> to tensor<?x3x2x2xf32>
  %y = kreg.dropout %z rate 0.5 noise_shape [0, 1, 2, 1] : tensor<?x3x2x2xf32>
  kreg.return %y : tensor<?x3x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: undecided}}
kreg.model @one_draw_per_row_b(%x: tensor<?x2x2x3xf32>) -> tensor<?x3x2x2xf32> {
  %z = kreg.dropout %x rate 0.5 noise_shape [0, 1, 2, 1] : tensor<?x2x2x3xf32>
  %y = kreg.reshape %z : tensor<?x2x2x3xf32> to tensor<?x3x2x2xf32>
  kreg.return %y : tensor<?x3x2x2xf32>
}
