// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @sum_of_one(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %y = kreg.unary relu %x : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @sum_of_one_b(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %z = kreg.reduce sum %x axes [2] keepdims : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %y = kreg.unary relu %z : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}

// -----

kreg.model @mean_of_one(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %y = kreg.unary relu %x : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @mean_of_one_b(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %z = kreg.reduce mean %x axes [2] keepdims : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %y = kreg.unary relu %z : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}

// -----

kreg.model @max_of_one(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %y = kreg.unary relu %x : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @max_of_one_b(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %z = kreg.reduce max %x axes [2] keepdims : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %y = kreg.unary relu %z : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}

// -----

kreg.model @min_of_one(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %y = kreg.unary relu %x : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @min_of_one_b(%x: tensor<?x4x1xf32>) -> tensor<?x4x1xf32> {
  %z = kreg.reduce min %x axes [2] keepdims : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %y = kreg.unary relu %z : tensor<?x4x1xf32>
  kreg.return %y : tensor<?x4x1xf32>
}
