// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// L2 of rows of norm 1 is a constant.
kreg.model @constant_only(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.normalize l2 %x axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal, same gradients}}
// expected-remark@below {{training: not-equal, same gradients}}
// expected-remark@below {{expectation: not-equal, same gradients}}
kreg.model @constant_only_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.normalize l2 %x axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
