// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @max_of_one(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %y = kreg.unary tanh %x : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @max_of_one_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %z = kreg.pool max %x window [1, 1] strides [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.unary tanh %z : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32>
}

// -----

kreg.model @avg_of_one(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %y = kreg.unary tanh %x : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @avg_of_one_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %z = kreg.pool avg %x window [1, 1] strides [1, 1] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.unary tanh %z : tensor<?x4x4x2xf32>
  kreg.return %y : tensor<?x4x4x2xf32>
}
