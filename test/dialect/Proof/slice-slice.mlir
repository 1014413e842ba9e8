// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @cuts_add(%x: tensor<?x8xf32>) -> tensor<?x3xf32> {
  %y = kreg.slice %x low [0, 2] high [0, 3] : (tensor<?x8xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @cuts_add_b(%x: tensor<?x8xf32>) -> tensor<?x3xf32> {
  %z = kreg.slice %x low [0, 1] high [0, 1] : (tensor<?x8xf32>) -> tensor<?x6xf32>
  %y = kreg.slice %z low [0, 1] high [0, 2] : (tensor<?x6xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}

// -----

kreg.model @outer_stride(%x: tensor<?x8xf32>) -> tensor<?x3xf32> {
  %y = kreg.slice %x low [0, 2] high [0, 1] strides [1, 2] : (tensor<?x8xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @outer_stride_b(%x: tensor<?x8xf32>) -> tensor<?x3xf32> {
  %z = kreg.slice %x low [0, 1] high [0, 1] : (tensor<?x8xf32>) -> tensor<?x6xf32>
  %y = kreg.slice %z low [0, 1] high [0, 0] strides [1, 2] : (tensor<?x6xf32>) -> tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32>
}
