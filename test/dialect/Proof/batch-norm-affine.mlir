// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// s = γ/√(v + ε) is 1, β - μ·s the shift.
kreg.variable @mean trainable : tensor<4xf32> = dense<[1.0, 2.0, 0.5, 0.0]> : tensor<4xf32>
kreg.variable @variance trainable : tensor<4xf32> = dense<[3.999, 0.999, 0.249, 15.999]> : tensor<4xf32>
kreg.variable @gamma trainable : tensor<4xf32> = dense<[2.0, 1.0, 0.5, 4.0]> : tensor<4xf32>
kreg.variable @beta trainable : tensor<4xf32> = dense<[1.0, 0.0, 3.0, 1.0]> : tensor<4xf32>
kreg.variable @scale trainable : tensor<4xf32> = dense<[1.0, 1.0, 1.0, 1.0]> : tensor<4xf32>
kreg.variable @shift trainable : tensor<4xf32> = dense<[0.0, -2.0, 2.5, 1.0]> : tensor<4xf32>
kreg.model @scale_and_shift(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %m = kreg.read @mean : tensor<4xf32>
  %v = kreg.read @variance : tensor<4xf32>
  %g = kreg.read @gamma : tensor<4xf32>
  %b = kreg.read @beta : tensor<4xf32>
  %y = kreg.batch_norm %x mean %m variance %v gamma %g beta %b epsilon 1.0e-3 axis 1 : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal, up to rounding}}
// expected-remark@below {{training: equal, up to rounding}}
// expected-remark@below {{expectation: equal, up to rounding}}
kreg.model @scale_and_shift_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = kreg.read @scale : tensor<4xf32>
  %t = kreg.read @shift : tensor<4xf32>
  %z = kreg.binary mul %x, %s : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = kreg.binary add %z, %t : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
