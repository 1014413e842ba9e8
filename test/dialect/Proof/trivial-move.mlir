// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @trivial_reshape(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @trivial_reshape_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.reshape %x : tensor<?x4xf32> to tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @trivial_transpose(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @trivial_transpose_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.transpose %x perm [0, 1] : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @trivial_pad(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @trivial_pad_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.pad %x low [0, 0] high [0, 0] : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @trivial_slice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @trivial_slice_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.slice %x low [0, 0] high [0, 0] : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @trivial_repeat(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @trivial_repeat_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.repeat %x factors [1, 1] : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @trivial_concat(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @trivial_concat_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.concat %x axis 1 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %z : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
