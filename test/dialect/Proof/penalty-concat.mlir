// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @parts(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.concat %x, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x4xf32>
  %q = kreg.penalty %t, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x8xf32> penalties %p, %q
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @parts_b(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %t = kreg.unary tanh %x : tensor<?x4xf32>
  %y = kreg.concat %x, %t axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x8xf32>
  kreg.return %y : tensor<?x8xf32> penalties %p
}
