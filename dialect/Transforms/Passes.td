// The passes from layer form to penalty form, in the order in which they run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_TRANSFORMS_PASSES_TD
#define KREG_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

// Words of the Requires / Establishes lines (docs/penalties.md, "Contracts"):
//   layers-dissolved       no kreg.layer is left
//   inference-specialised  the model says mode = "inference"; no op of training is left
//   batch-norm-folded      no kreg.batch_norm whose weights are known is left
//   penalties-moved        no penalty can move further up
//   sum-observed           the model says observed = "sum": only the sum of penalties counts
//   penalties-merged       one penalty per tensor and norm, none zero

def DissolveLayersPass : Pass<"kreg-dissolve-layers", "::mlir::kreg::ModelOp"> {
  let summary = "layers become core ops, their penalties kreg.penalty ops";
  let description = [{
    A `kreg.layer` is `Layer.__call__`: run the body, then penalise each output.
    This pass says so in core ops. Penalties are appended to `kreg.return` in
    the order of the calls, one per output of a penalised layer; each stands
    directly behind the op that makes its tensor. An attached regularizer and an
    `ActivityRegularization` behind the layer give the same text.

    A penalty of a scalar output is not divided by a batch, whatever the layer
    says: Keras has nothing to divide by.

    Requires: nothing. Establishes: layers-dissolved.

    Before:
    ```mlir
    kreg.model @attached(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.layer "re_lu" ReLU penalised <0.0, 0.01> per batch {
        %0 = kreg.unary relu %x : tensor<?x4xf32>
        kreg.yield %0 : tensor<?x4xf32>
      } : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
    After:
    ```mlir
    kreg.model @attached(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.unary relu %x : tensor<?x4xf32>
      %p = kreg.penalty %y, <0.0, 0.01> per batch : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32> penalties %p
    }
    ```
  }];
}

def SpecializeInferencePass : Pass<"kreg-specialize-inference", "::mlir::kreg::ModelOp"> {
  let summary = "the model as it runs at inference";
  let description = [{
    Dropout is the identity at inference: its uses, penalties among them, become
    uses of its input. Batch normalisation uses its moving statistics, so its
    `momentum` and `trained` mean nothing any more and go. The model's attribute
    `mode` becomes `"inference"`.

    Weights keep `trainable` and their weight penalties: a caller can still ask
    for them.

    Requires: nothing. Establishes: inference-specialised.

    Before:
    ```mlir
    %y = kreg.dropout %x rate 2.0e-1 : tensor<?x4xf32>
    %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
    ```
    After:
    ```mlir
    %p = kreg.penalty %x, <0.01, 0.0> per batch : tensor<?x4xf32>
    ```
  }];
}

def FoldBatchNormPass : Pass<"kreg-fold-batch-norm", "::mlir::ModuleOp"> {
  let summary = "batch normalisation goes into the weights before it";
  let description = [{
    With the moving statistics known, γ·(x - μ)/√(v + ε) + β is s·x + t with
    s = γ/√(v + ε) and t = β - μ·s. Behind `kreg.dense`, `kreg.conv` or
    `kreg.depthwise_conv`, with or without a bias, s goes into the kernel and t
    into the bias. Everywhere else it becomes a multiplication and an addition
    with two variables of shape [C]. All is computed in double and rounded to
    float32 once; new variables are named after the old ones:
    `@"conv2d/kernel.folded"`, `@"batch_normalization/scale.folded"`. Old variables
    that nobody reads go, unless they carry a weight penalty.

    The linear op and its bias must have no other reader (a penalty of the
    tensor before the normalisation is one), and the folded weights must be
    finite.

    Requires: inference-specialised. Establishes: batch-norm-folded.

    Before:
    ```mlir
    %0 = kreg.dense %x, %kernel : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
    %y = kreg.batch_norm %0 mean %mean variance %variance epsilon 1.0e-3 axis 1
        : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    ```
    After:
    ```mlir
    %folded = kreg.read @"dense/kernel.folded" : tensor<4x2xf32>
    %0 = kreg.dense %x, %folded : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
    %shift = kreg.read @"batch_normalization/shift.folded" : tensor<2xf32>
    %y = kreg.binary add %0, %shift : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    ```
  }];
}

def MovePenaltiesPass : Pass<"kreg-move-penalties", "::mlir::kreg::ModelOp"> {
  let summary = "penalties move up through ops that keep the sums";
  let description = [{
    A penalty of y = f(x) becomes penalties of x wherever a row of the law table
    (`dialect/Rules/PenaltyLaws.def`, docs/penalties.md) says that it may and
    the side conditions of the row hold.

    With `observe=sites`, what compiling needs, every site keeps its own value
    and no move adds work: only laws with factor 1 and one input, to a tensor
    that is no larger. With `observe=sum`, what comparing needs, a penalty may
    be scaled and split; the model is marked `observed = "sum"`.

    Requires: layers-dissolved. Establishes: penalties-moved (and sum-observed).

    Before:
    ```mlir
    %y = kreg.reshape %x : tensor<?x2x2xf32> to tensor<?x4xf32>
    %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
    ```
    After:
    ```mlir
    %p = kreg.penalty %x, <0.01, 0.0> per batch : tensor<?x2x2xf32>
    ```
  }];
  let options = [
    Option<"observe", "observe", "::mlir::kreg::Observe", "::mlir::kreg::Observe::Sites",
           "what must stay: the value of each site, or only the sum of all",
           [{::llvm::cl::values(
               clEnumValN(::mlir::kreg::Observe::Sites, "sites",
                          "each penalty keeps its own value, no move adds work"),
               clEnumValN(::mlir::kreg::Observe::Sum, "sum",
                          "only the sum of all penalties"))}]>];
}

def MergePenaltiesPass : Pass<"kreg-merge-penalties", "::mlir::kreg::ModelOp"> {
  let summary = "one penalty per tensor and norm, in the order of the tensors";
  let description = [{
    Narrows what is observed from the list of penalties to their sum (the model
    is marked `observed = "sum"`), and uses it: coefficients of penalties of the
    same tensor and norm are added, zero penalties go, and the list of
    `kreg.return` follows the order in which the tensors are made. The sum of
    coefficients is taken in ascending order, so that it does not depend on the
    order of the sites.

    Requires: layers-dissolved. Establishes: penalties-merged, sum-observed.

    Before:
    ```mlir
    %p = kreg.penalty %x, <1.0, 0.0> per batch : tensor<?x4xf32>
    %q = kreg.penalty %x, <0.5, 2.0> per batch : tensor<?x4xf32>
    ```
    After:
    ```mlir
    %p = kreg.penalty %x, <1.5, 2.0> per batch : tensor<?x4xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def OrderOperationsPass : Pass<"kreg-order-operations", "::mlir::kreg::ModelOp"> {
  let summary = "operations in the order of a walk from the outputs";
  let description = [{
    Two files may list the same calls in different orders. This pass puts every
    op where a depth-first walk from the outputs, then from the penalties, over
    the operands in their order first leaves it, and each penalty directly
    behind the op that makes its tensor. The text of a model then depends on its
    graph alone. Operands of commutative ops are left as they are.

    Requires: layers-dissolved.
  }];
}

def VerifyPenaltyFormPass : Pass<"kreg-verify-penalty-form", "::mlir::kreg::ModelOp"> {
  let summary = "fails where a model is not in penalty form and names the pass that should have run";
  let description = [{
    Checks: no `kreg.layer`; no `kreg.kernel` yet; the model says its mode; at
    inference no dropout and no training facts; every penalty is observed by
    `kreg.return`, and every observed value is a penalty or the constant 0; if
    only the sum is observed, no two penalties of the same tensor and norm.

    Requires: layers-dissolved, inference-specialised. Changes nothing.
  }];
  let options = [
    Option<"specialised", "specialised", "bool", "true",
           "whether the model must be specialised to a mode already">];
}


#endif // KREG_TRANSFORMS_PASSES_TD
