// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// fixed: batches of any size
kreg.model @any(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @any_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per none : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// Another size than the factor says
kreg.model @four(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {kreg.batch = 4} {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @four_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {kreg.batch = 4} {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.25, 0.0> per none : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
