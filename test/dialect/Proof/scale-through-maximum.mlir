// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @max_pool(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4x4x2xf32>, tensor<1xf32>) -> tensor<?x4x4x2xf32>
  %y = kreg.pool max %s window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @max_pool_b(%x: tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32> {
  %s = kreg.pool max %x window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x2x2x2xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?x2x2x2xf32>, tensor<1xf32>) -> tensor<?x2x2x2xf32>
  kreg.return %y : tensor<?x2x2x2xf32>
}

// -----

kreg.model @min(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.reduce min %s axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  kreg.return %y : tensor<?xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @min_b(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %s = kreg.reduce min %x axes [1] : (tensor<?x4xf32>) -> tensor<?xf32>
  %c = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %s, %c : (tensor<?xf32>, tensor<1xf32>) -> tensor<?xf32>
  kreg.return %y : tensor<?xf32>
}

// -----

// Of a negative factor the size
kreg.model @negative(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %cs = kreg.constant dense<-2.0> : tensor<1xf32>
  %s = kreg.binary mul %x, %cs : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %y = kreg.reduce max %s axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @negative_b(%x: tensor<?x4xf32>) -> tensor<?x1xf32> {
  %n = kreg.unary neg %x : tensor<?x4xf32>
  %m = kreg.reduce max %n axes [1] keepdims : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %cy = kreg.constant dense<2.0> : tensor<1xf32>
  %y = kreg.binary mul %m, %cy : (tensor<?x1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
  kreg.return %y : tensor<?x1xf32>
}
