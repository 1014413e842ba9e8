// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file | FileCheck %s

// An element is cut off with the zeros.
// CHECK-LABEL: kreg.model @cuts_zeros
// CHECK: %[[Y:.*]] = kreg.slice
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @cuts_zeros(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %a = kreg.pad %x low [0, 1] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x6xf32>
  %y = kreg.slice %a low [0, 2] high [0, 0] : (tensor<?x6xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p
}

// -----

// Nothing is known of what is cut off.
// CHECK-LABEL: kreg.model @cuts_zeros_of_no_pad
// CHECK: %[[Y:.*]] = kreg.slice
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @cuts_zeros_of_no_pad(%x: tensor<?x4xf32>) -> tensor<?x3xf32> {
  %y = kreg.slice %x low [0, 1] high [0, 0] : (tensor<?x4xf32>) -> tensor<?x3xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x3xf32>
  kreg.return %y : tensor<?x3xf32> penalties %p
}

// -----

// Every second element is left out.
// CHECK-LABEL: kreg.model @cuts_zeros_and_strides
// CHECK: %[[Y:.*]] = kreg.slice
// CHECK-NEXT: kreg.penalty %[[Y]], <0.01, 0.02> per batch
kreg.model @cuts_zeros_and_strides(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %a = kreg.pad %x low [0, 0] high [0, 1] : (tensor<?x4xf32>) -> tensor<?x5xf32>
  %y = kreg.slice %a low [0, 0] high [0, 1] strides [1, 2] : (tensor<?x5xf32>) -> tensor<?x2xf32>
  %p = kreg.penalty %y, <0.01, 0.02> per batch : tensor<?x2xf32>
  kreg.return %y : tensor<?x2xf32> penalties %p
}
