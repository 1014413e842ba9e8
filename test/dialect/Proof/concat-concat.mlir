// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @one_of_three(%x: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %y = kreg.concat %x, %r, %x axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x12xf32>
  kreg.return %y : tensor<?x12xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @one_of_three_b(%x: tensor<?x4xf32>) -> tensor<?x12xf32> {
  %r = kreg.unary relu %x : tensor<?x4xf32>
  %z = kreg.concat %x, %r axis 1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  %y = kreg.concat %z, %x axis 1 : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x12xf32>
  kreg.return %y : tensor<?x12xf32>
}
