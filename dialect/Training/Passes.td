// The passes from penalty form of training to step form, in the order in which
// they run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_TRAINING_PASSES_TD
#define KREG_TRAINING_PASSES_TD

include "mlir/Pass/PassBase.td"

def NumberCallsPass : Pass<"kreg-number-calls", "::mlir::kreg::ModelOp"> {
  let summary = "keeps calls apart that draw other numbers or move the same statistics";
  let description = [{
    Two dropouts of one tensor draw two masks, and a batch normalisation that is
    called twice moves its statistics twice: such ops are not the same, though
    they look it. All but the first of those that could be taken for each other
    get the attribute `kreg.call`, the number of the call, so that no pass makes
    one of them. Layers that were given the same seed draw the same numbers and
    stay alike.

    Requires: layers-dissolved.
  }];
}

def AppendLossPass : Pass<"kreg-append-loss", "::mlir::kreg::ModelOp"> {
  let summary = "targets, losses and sample weights become part of the model";
  let description = [{
    For each output the model gets an argument t_<i>, its target, and, behind
    all targets, w_<i>, the weights of its samples ([B]). In front of the
    penalties `kreg.return` lists the loss of each output, times its loss weight:
    a `kreg.total` of the per-sample values (keras-semantics, losses). The
    outputs themselves are returned no more unless `keep-outputs` asks for them.
    What to compute is in the attribute `kreg.losses` of the model, an array with
    a dictionary per output.

    Requires: layers-dissolved.
  }];
  let options = [Option<"keepOutputs", "keep-outputs", "bool", "false",
                        "return the outputs, too: evaluation">];
}

def SpecializeTrainingPass : Pass<"kreg-specialize-training", "::mlir::kreg::ModelOp"> {
  let summary = "the model as it runs in training";
  let description = [{
    `kreg.batch_norm` becomes core ops: with statistics of the batch where the
    layer is trained, with the moving ones where it is frozen. The new moving
    statistics, `m·old + (1 - m)·new` (variance biased, as Keras 3 has it, but
    v·n/(n - 1) where an op has the attribute `kreg.moves_unbiased`), become
    outputs of the model named `state/<weight path>`; a layer that is called again
    moves what its last call left. Dropout and noise become functions of random numbers (`kreg.random`), each with a draw of its own. The
    model's attribute `mode` becomes `"training"`.

    Requires: layers-dissolved.
  }];
}

def DifferentiatePass : Pass<"kreg-differentiate", "::mlir::kreg::ModelOp"> {
  let summary = "gradients of the sum of losses and penalties for all trainable weights";
  let description = [{
    Walks the body backwards with one rule per op (GradientRules.cpp) from
    every scalar that `kreg.return` lists. The gradient of each trainable weight
    that is read, plus that of its own penalty, becomes an output named
    `grad/<weight path>`, in the order of the variables. What depends on no
    trainable weight is not differentiated.

    Requires: layers-dissolved, training-specialised.
  }];
  let options = [Option<"weightPenalties", "weight-penalties", "bool", "true",
                        "add the gradients of the weights' own penalties">];
}

def SplitTrainingPass : Pass<"kreg-split-training", "::mlir::ModuleOp"> {
  let summary = "one model becomes three: forward, evaluate and step";
  let description = [{
    Copies of the model under these names (docs/architecture.md, the training
    library), each brought to its form: `forward` and `evaluate` specialised to
    inference, `evaluate` with its losses, `step` differentiated, its outputs in
    front of moving statistics and gradients. Gradients are without those of the
    weights' own penalties, which join the update. The module gets the attribute
    `kreg.training`: weights are not constants.

    Requires: one model, layers-dissolved, with `kreg.losses`.
    Establishes: step form.
  }];
  let dependentDialects = ["::mlir::kreg::KregDialect"];
}

#endif // KREG_TRAINING_PASSES_TD
