// RUN: kreg-opt %s --split-input-file --verify-diagnostics --test-kreg-compare-models -o /dev/null

kreg.model @all_of_it(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary relu %x : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @all_of_it_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %z = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x4xf32>) -> tensor<?x7xf32>
  %s = kreg.slice %z low [0, 1] high [0, 2] : (tensor<?x7xf32>) -> tensor<?x4xf32>
  %y = kreg.unary relu %s : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}

// -----

kreg.model @a_part_of_it(%x: tensor<?x4xf32>) -> tensor<?x5xf32> {
  %y = kreg.pad %x low [0, 0] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @a_part_of_it_b(%x: tensor<?x4xf32>) -> tensor<?x5xf32> {
  %z = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x4xf32>) -> tensor<?x7xf32>
  %y = kreg.slice %z low [0, 1] high [0, 1] : (tensor<?x7xf32>) -> tensor<?x5xf32>
  kreg.return %y : tensor<?x5xf32>
}

// -----

// Cut twice or at once
kreg.model @twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x4xf32>) -> tensor<?x7xf32>
  %s = kreg.slice %p low [0, 1] high [0, 1] : (tensor<?x7xf32>) -> tensor<?x5xf32>
  %y = kreg.slice %s low [0, 1] high [0, 0] : (tensor<?x5xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
// expected-remark@below {{inference: equal}}
// expected-remark@below {{training: equal}}
// expected-remark@below {{expectation: equal}}
kreg.model @twice_b(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = kreg.pad %x low [0, 1] high [0, 2] : (tensor<?x4xf32>) -> tensor<?x7xf32>
  %y = kreg.slice %p low [0, 2] high [0, 1] : (tensor<?x7xf32>) -> tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32>
}
