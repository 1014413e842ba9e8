// RUN: kreg-opt %s -kreg-move-penalties -split-input-file \
// RUN:   | FileCheck %s --check-prefixes=CHECK,SITES
// RUN: kreg-opt %s -kreg-move-penalties=observe=sum -split-input-file \
// RUN:   | FileCheck %s --check-prefixes=CHECK,SUM

// As far up as the laws carry, one law after another.
// CHECK-LABEL: kreg.model @chain
// CHECK-SAME: (%[[X:.*]]: tensor<?x4x4x2xf32>)
// CHECK-NEXT: %[[A:.*]] = kreg.unary sigmoid %[[X]]
// CHECK-NEXT: %[[P:.*]] = kreg.penalty %[[A]], <0.01, 0.02> per batch
// CHECK-NEXT: kreg.pad
// CHECK-NEXT: kreg.unary relu
// CHECK-NEXT: kreg.transpose
// CHECK-NEXT: kreg.reshape
// CHECK-NEXT: kreg.return %{{.*}} : tensor<?x72xf32> penalties %[[P]]
kreg.model @chain(%x: tensor<?x4x4x2xf32>) -> tensor<?x72xf32> {
  %a = kreg.unary sigmoid %x : tensor<?x4x4x2xf32>
  %b = kreg.pad %a low [0, 1, 1, 0] high [0, 1, 1, 0] : (tensor<?x4x4x2xf32>) -> tensor<?x6x6x2xf32>
  %c = kreg.unary relu %b : tensor<?x6x6x2xf32>
  %d = kreg.transpose %c perm [0, 3, 1, 2] : (tensor<?x6x6x2xf32>) -> tensor<?x2x6x6xf32>
  %e = kreg.reshape %d : tensor<?x2x6x6xf32> to tensor<?x72xf32>
  %p = kreg.penalty %e, <0.01, 0.02> per batch : tensor<?x72xf32>
  kreg.return %e : tensor<?x72xf32> penalties %p
}

// -----

// Every site keeps its place in the list; of a sum only one penalty is left.
// CHECK-LABEL: kreg.model @places
// SITES-SAME: (%[[X:.*]]: tensor<?x4xf32>) -> tensor<?x4xf32> {
// SITES-NEXT: %[[P:.*]] = kreg.penalty %[[X]], <1.0
// SITES-NEXT: %[[Q:.*]] = kreg.penalty %[[X]], <2.0
// SITES-NEXT: %[[R:.*]] = kreg.penalty %[[X]], <3.0{{.*}} per none
// SITES-NEXT: %[[Y:.*]] = kreg.unary neg %[[X]]
// SITES-NEXT: kreg.return %[[Y]] : tensor<?x4xf32> penalties %[[P]], %[[Q]], %[[R]]
// SUM-SAME: (%[[X:.*]]: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {observed = "sum"} {
// SUM-NEXT: %[[R:.*]] = kreg.penalty %[[X]], <3.0{{.*}} per none
// SUM-NEXT: %[[P:.*]] = kreg.penalty %[[X]], <3.0{{.*}} per batch
// SUM-NEXT: %[[Y:.*]] = kreg.unary neg %[[X]]
// SUM-NEXT: kreg.return %[[Y]] : tensor<?x4xf32> penalties %[[R]], %[[P]]
kreg.model @places(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary neg %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x4xf32>
  %q = kreg.penalty %x, <2.0, 0.0> per batch : tensor<?x4xf32>
  %r = kreg.penalty %y, <3.0, 0.0> per none : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %q, %r
}

// -----

// A value that is listed twice counts twice.
// CHECK-LABEL: kreg.model @twice
// SITES: %[[P:.*]] = kreg.penalty %[[X:.*]], <1.0
// SITES: %[[Q:.*]] = kreg.penalty %[[X]], <1.0
// SITES: penalties %[[P]], %[[Q]]
// SUM: %[[P:.*]] = kreg.penalty %{{.*}}, <2.0
// SUM: penalties %[[P]]{{$}}
kreg.model @twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = kreg.unary neg %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %p
}

// -----

// Doubling again and again: the penalties stay one per tensor, and this ends.
// CHECK-LABEL: kreg.model @doubling
// SUM: %[[A:.*]] = kreg.unary exp
// SUM-NEXT: kreg.penalty %[[A]], <16.0, 0.0> per batch
// SUM-NOT: kreg.penalty
kreg.model @doubling(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = kreg.unary exp %x : tensor<?x4xf32>
  %1 = kreg.binary add %0, %0 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = kreg.binary add %1, %1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = kreg.binary add %2, %2 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %4 = kreg.binary add %3, %3 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = kreg.penalty %4, <1.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %4 : tensor<?x4xf32> penalties %p
}

// -----

// A zero penalty that was folded to a constant keeps its place.
// CHECK-LABEL: kreg.model @constant
// CHECK: %[[P:.*]] = kreg.penalty
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// SITES: penalties %[[P]], %[[ZERO]]
// SUM: penalties %[[ZERO]], %[[P]]
kreg.model @constant(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %zero = arith.constant 0.0 : f64
  %y = kreg.unary neg %x : tensor<?x4xf32>
  %p = kreg.penalty %y, <1.0, 0.0> per batch : tensor<?x4xf32>
  kreg.return %y : tensor<?x4xf32> penalties %p, %zero
}
