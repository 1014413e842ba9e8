// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// power-1: S2(x²) is of the fourth power
kreg.model @fourth_power(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary square %x : tensor<?x4xf32>
  %p = kreg.penalty %x, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @fourth_power_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary square %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
