// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @minus_two(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %x, <1.0, 1.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @minus_two_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<-2.0> : tensor<1xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

kreg.model @divided(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<4.0> : tensor<1xf32>
  %y = kreg.binary div %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %x, <0.25, 0.0625> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @divided_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = kreg.constant dense<4.0> : tensor<1xf32>
  %y = kreg.binary div %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <1.0, 1.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
