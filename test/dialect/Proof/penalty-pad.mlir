// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @padded(%x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %y = kreg.pad %x low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  %p = kreg.penalty %x, <0.5, 0.25> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x6xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @padded_b(%x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %y = kreg.pad %x low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  %p = kreg.penalty %y, <0.5, 0.25> per batch : tensor<?x6xf32>
  kreg.return %y : tensor<?x6xf32> penalties %p
}
