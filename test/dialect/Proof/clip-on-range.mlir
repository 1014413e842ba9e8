// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// hard_tanh
kreg.model @clip_of_tanh(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary tanh %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @clip_of_tanh_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.unary clip %r0 params [-1.0, 1.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @clip_of_clip(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary clip %x params [-1.0, 2.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @clip_of_clip_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r0 = kreg.unary clip %x params [-1.0, 2.0] : tensor<?x4xf32>
  %y = kreg.unary clip %r0 params [-3.0, 2.0] : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
