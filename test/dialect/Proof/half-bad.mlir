// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// keeps-half: a negative slope turns the other half over
kreg.model @negative_slope(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @negative_slope_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [-0.25] : tensor<?x4xf32>
  %y = kreg.unary relu %r : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// keeps-half: cuts what the other keeps
kreg.model @smaller_maximum(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu6 %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @smaller_maximum_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary clipped_relu %x params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  %y = kreg.unary relu6 %r0 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// keeps-half: with the factor the maximum is reached too early
kreg.model @factor(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %cs = kreg.constant dense<0.5> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu6 %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @factor_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary relu6 %x : tensor<?x4xf32>
  %cs = kreg.constant dense<0.5> : tensor<1xf32>
  %s = kreg.binary mul %r, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu6 %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// keeps-half: past dropout a negative slope turns the other half over
kreg.model @dropout(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %d = kreg.dropout %x rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary relu6 %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: undecided}}
kreg.model @dropout_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = kreg.unary leaky_relu %x params [-0.25] : tensor<?x4xf32>
  %d = kreg.dropout %r rate 0.5 : tensor<?x4xf32>
  %y = kreg.unary relu6 %d : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
