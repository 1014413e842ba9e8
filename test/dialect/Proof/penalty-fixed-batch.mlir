// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// 1/3 of 3/8, in batches of 3
kreg.model @fixed(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {kreg.batch = 3} {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.375, 0.75> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @fixed_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {kreg.batch = 3} {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.125, 0.25> per none : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// With another law: 1/2 of what |3·x| is worth
kreg.model @scaled(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {kreg.batch = 2} {
  %c = kreg.constant dense<3.0> : tensor<1xf32>
  %y = kreg.binary mul %x, %c : (tensor<?x4xf32>, tensor<1xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @scaled_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {kreg.batch = 2} {
  %p = kreg.penalty %x, <0.75, 1.125> per none : tensor<?x4xf32>
  kreg.return %x : tensor<?x4xf32> penalties %p
}
