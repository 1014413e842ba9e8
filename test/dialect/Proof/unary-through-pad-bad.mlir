// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// keeps-zero: exp(0) is 1
kreg.model @exp(%x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %z = kreg.pad %x low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  %y = kreg.unary exp %z : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @exp_b(%x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %z = kreg.unary exp %x : tensor<?x4xf32>
  %y = kreg.pad %z low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32>
}
