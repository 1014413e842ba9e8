// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

// Constants of the penalties of a fixed batch: rows of a softmax, noise.
// With a batch of 4: 1/4 of 2 rows in each of 4 samples
kreg.model @fixed(%x: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> attributes {kreg.batch = 4} {
  %y = kreg.unary relu %x : tensor<?x2x3xf32>
  %s = kreg.softmax %x axis 2 : tensor<?x2x3xf32>
  %p = kreg.penalty %s, <0.5, 0.0> per batch : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @fixed_b(%x: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> attributes {kreg.batch = 4} {
  %y = kreg.unary relu %x : tensor<?x2x3xf32>
  %s = kreg.softmax %x axis 2 : tensor<?x2x3xf32>
  %p = kreg.penalty %s, <0.125, 0.0> per none : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32> penalties %p
}

// -----

// In the mean, σ² for each element: 1/4 of 4 samples
kreg.model @noise(%x: tensor<?x3xf32>) -> tensor<?x3xf32> attributes {kreg.batch = 4} {
  %n = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x3xf32>
  %p = kreg.penalty %n, <0.0, 0.5> per batch : tensor<?x3xf32>
  kreg.return %x : tensor<?x3xf32> penalties %p
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @noise_b(%x: tensor<?x3xf32>) -> tensor<?x3xf32> attributes {kreg.batch = 4} {
  %n = kreg.noise gaussian_noise %x amount 0.5 : tensor<?x3xf32>
  %p = kreg.penalty %n, <0.0, 0.125> per none : tensor<?x3xf32>
  kreg.return %x : tensor<?x3xf32> penalties %p
}

// -----

// The number of rows is divided by 4, not by 2
kreg.model @fixed_otherwise(%x: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> attributes {kreg.batch = 4} {
  %y = kreg.unary relu %x : tensor<?x2x3xf32>
  %s = kreg.softmax %x axis 2 : tensor<?x2x3xf32>
  %p = kreg.penalty %s, <0.5, 0.0> per batch : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32> penalties %p
}
// expected-remark@below {{inference: not-equal, same gradients}}
// expected-remark@below {{training: not-equal, same gradients}}
// expected-remark@below {{expectation: not-equal, same gradients}}
kreg.model @fixed_otherwise_b(%x: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> attributes {kreg.batch = 4} {
  %y = kreg.unary relu %x : tensor<?x2x3xf32>
  %s = kreg.softmax %x axis 2 : tensor<?x2x3xf32>
  %p = kreg.penalty %s, <0.25, 0.0> per none : tensor<?x2x3xf32>
  kreg.return %y : tensor<?x2x3xf32> penalties %p
}
