// Random numbers of training steps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_RANDOM_OPS_TD
#define KREG_RANDOM_OPS_TD

include "dialect/IR/KregAttrs.td"

def Kreg_RandomStateOp : Kreg_Op<"random_state", [Pure]> {
  let summary = "seed and step of the training, what random numbers are made of";
  let description = [{
    Four words: seed (low, high), number of the step (low, high). Constant in
    one run of the model; the interpreter takes zeros.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %s = kreg.random_state : tensor<4xi32>
      %y = kreg.random uniform %s draw 0 like %x
        : tensor<4xi32>, tensor<?x4xf32> to tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let results = (outs RankedTensorOf<[I32]>:$state);
  let assemblyFormat = "attr-dict `:` type($state)";
}

def Kreg_RandomOp : Kreg_TypedCoreOp<"random"> {
  let summary = "random numbers that depend on state, draw and position alone";
  let description = [{
    The element at row-major position p is made of word ⌊p/16⌋ mod 4 of
    Philox-4x32-10 with the seed as key and the counter (16·⌊p/64⌋ + p mod 16,
    draw, step low, step high), so that 16 lanes make 64 neighbours: w -> u = (⌊w/2⁸⌋ + 1)/2²⁴ in (0, 1]; `normal` is √2·erf⁻¹(2u' - 1)
    with u' = u - 2⁻²⁵, in Giles' approximation. So equal draws are equal
    numbers, for any number of threads. `like` gives the batch.

    Constraints:
    * (C1) the state is a tensor<4xi32>.
    * (C2) only dimension 0 of the result may be dynamic.

    Example: see `kreg.random_state`.
  }];
  let arguments = (ins Kreg_RandomKindAttr:$kind, RankedTensorOf<[I32]>:$state, I64Attr:$draw,
                       Kreg_FloatTensor:$like);
  let results = (outs Kreg_FloatTensor:$y);
  let assemblyFormat = [{
    `` $kind $state `draw` $draw `like` $like attr-dict
    `:` type($state) `,` type($like) `to` type($y)
  }];
  let hasVerifier = 1;
}

def Kreg_UniformOp : Kreg_Op<"uniform", [Pure]> {
  let summary = "one number of `kreg.random uniform`, inside of a kernel's linalg body";
  let description = [{
    The four words of the state and the position of the element in row-major
    order.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %s = kreg.random_state : tensor<4xi32>
      %y = kreg.kernel "noise" (%a = %x : tensor<?x4xf32>, %w = %s : tensor<4xi32>) {
        %0 = linalg.generic {
            indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>],
            iterator_types = ["parallel", "parallel"]} outs(%a : tensor<?x4xf32>) {
        ^bb0(%e: f32):
          %c = arith.constant 0 : index
          %word = tensor.extract %w[%c] : tensor<4xi32>
          %i = linalg.index 1 : index
          %u = kreg.uniform %word, %word, %word, %word draw 3 at %i
          linalg.yield %u : f32
        } -> tensor<?x4xf32>
        kreg.yield %0 : tensor<?x4xf32>
      } : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins I32:$seed_low, I32:$seed_high, I32:$step_low, I32:$step_high,
                       I64Attr:$draw, Index:$position);
  let results = (outs F32:$number);
  let assemblyFormat = [{
    $seed_low `,` $seed_high `,` $step_low `,` $step_high `draw` $draw `at` $position attr-dict
  }];
}

#endif // KREG_RANDOM_OPS_TD
