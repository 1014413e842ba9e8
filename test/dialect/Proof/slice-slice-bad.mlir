// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// stride-1: the second cut is of every other element
kreg.model @inner_stride(%x: tensor<?x3xf32>) -> tensor<?x1xf32> {
  %y = kreg.slice %x low [0, 1] high [0, 0] strides [1, 2] : (tensor<?x3xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @inner_stride_b(%x: tensor<?x3xf32>) -> tensor<?x1xf32> {
  %z = kreg.slice %x low [0, 0] high [0, 0] strides [1, 2] : (tensor<?x3xf32>) -> tensor<?x2xf32>
  %y = kreg.slice %z low [0, 1] high [0, 0] strides [1, 2] : (tensor<?x2xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
