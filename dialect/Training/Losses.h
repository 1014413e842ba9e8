// Keras' losses as formulas.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRAINING_LOSSES_H
#define KREGC_DIALECT_TRAINING_LOSSES_H

#include "dialect/Training/Term.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <optional>

namespace mlir::kreg::training {

/// The loss of one output, from its dictionary in the attribute `kreg.losses`:
/// `kind` is Keras' function name ("mean_squared_error") or "none"; entries
/// that are not there have Keras' defaults.
struct LossSpec {
  std::string kind;
  std::string reduction = "sum_over_batch_size"; ///< or "sum"
  double weight = 1;                             ///< of `loss_weights`
  bool fromLogits = false;
  bool cachedLogits = true; ///< of TensorFlow; other backends clip
  double labelSmoothing = 0;
  double delta = 1;               ///< huber
  double alpha = 0.25, gamma = 2; ///< focal
  bool classBalancing = false;    ///< binary focal: alpha counts

  static LossSpec get(DictionaryAttr attribute);
};

/// Whether targets are class numbers: [B, d…] for an output [B, d…, K].
bool hasSparseTarget(StringRef kind);

/// The loss per entry, [B, d…], of predictions [B, d…, K]; `target` has that
/// shape too, or is sparse. Where predictions come straight from a softmax or a
/// sigmoid, crossentropies are computed from its argument where TensorFlow is
/// the backend; otherwise probabilities are clipped to [1e-7, 1 - 1e-7].
/// Formulas: keras-semantics, losses. None for a kind that is not known.
std::optional<Term> lossPerEntry(const LossSpec &spec, const Term &prediction,
                                 const Term &target);

} // namespace mlir::kreg::training

#endif // KREGC_DIALECT_TRAINING_LOSSES_H
