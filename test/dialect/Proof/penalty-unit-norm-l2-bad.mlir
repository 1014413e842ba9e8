// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// gradients-only: zeros stay zeros, e⁰ does not
kreg.model @a_row_of_zeros(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.normalize l2 %x axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  %t = kreg.unary exp %x : tensor<?x4xf32>
  %s = kreg.normalize l2 %t axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark@below {{inference: not-equal}}
// expected-remark@below {{training: not-equal}}
// expected-remark@below {{expectation: not-equal}}
kreg.model @a_row_of_zeros_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.normalize l2 %x axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  %t = kreg.unary exp %x : tensor<?x4xf32>
  %s = kreg.normalize l2 %t axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  %p = kreg.penalty %s, <0.0, 0.5> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// power-2: the absolute values of a row vary
kreg.model @sum_of_a_row(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.normalize l2 %x axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  %p = kreg.penalty %y, <0.5, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}
// expected-remark-re@below {{inference: not-equal{{$}}}}
// expected-remark-re@below {{training: not-equal{{$}}}}
// expected-remark-re@below {{expectation: not-equal{{$}}}}
kreg.model @sum_of_a_row_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.normalize l2 %x axes [1] epsilon 1.0e-12 : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
