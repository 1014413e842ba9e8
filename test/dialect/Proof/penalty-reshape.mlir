// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @flat(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %y = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x6xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @flat_b(%x: tensor<?x2x3xf32>) -> tensor<?x6xf32> {
  %y = kreg.reshape %x : tensor<?x2x3xf32> to tensor<?x6xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32> penalties %p
}
