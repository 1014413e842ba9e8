// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @relu6_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu6_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary relu6 %r0 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @relu6_of_tanh(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary relu %r0 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu6_of_tanh_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary relu6 %r0 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

// relu(…, max_value=1)
kreg.model @relu1_of_sigmoid(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary sigmoid %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @relu1_of_sigmoid_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary sigmoid %x : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r0 params [0.0, 0.0, 1.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @leaky_with_maximum(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary clip %x params [-2.0, 3.0] : tensor<?x4xf32>
  %y = kreg.unary leaky_relu %r0 params [0.25] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @leaky_with_maximum_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary clip %x params [-2.0, 3.0] : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r0 params [0.25, 0.0, 3.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @smaller_inside(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clipped_relu %x params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @smaller_inside_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary clipped_relu %x params [0.0, 0.0, 3.0] : tensor<?x4xf32>
  %y = kreg.unary clipped_relu %r0 params [0.0, 0.0, 5.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
