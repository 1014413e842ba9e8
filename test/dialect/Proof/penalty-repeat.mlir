// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @twice_each(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %y = kreg.repeat %x factors [1, 2] : (tensor<?x4xf32>) -> tensor<?x8xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x8xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @twice_each_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %y = kreg.repeat %x factors [1, 2] : (tensor<?x4xf32>) -> tensor<?x8xf32>
  %p = kreg.penalty %y, <0.25, 0.125> per batch : tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32> penalties %p
}
