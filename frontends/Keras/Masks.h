// Masks that Keras passes from an Embedding on without a word in the file: in a
// Sequential of any release, and in every model of Keras 2.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_MASKS_H
#define KREGC_FRONTENDS_KERAS_MASKS_H

#include "frontends/Keras/Model.h"

#include "llvm/Support/Error.h"

#include <map>

namespace kregc::keras {

/// Where a mask comes from: the steps whose id is not 0. `several` masks are
/// combined by a merge layer, which is not followed.
struct MaskSource {
  TensorRef ids;
  int embedding = 0; ///< the call that reads them, the first where several do
  bool several = false;
};

/// The masks of the calls of a model, told one call after the other.
class Masks {
public:
  explicit Masks(const Model &model) : model(model) {}

  /// Notes the mask of a call, in the order of the calls.
  void note(int call);
  /// The mask that comes with the output of a call, if there is one.
  std::optional<MaskSource> of(const TensorRef &tensor) const;

private:
  const Model &model;
  std::map<int, MaskSource> sources; ///< by call
};

/// Whether the layer would look at a mask of its input.
bool looksAtMask(const Layer &layer);

/// An error where a mask would change what a training step computes:
/// BatchNormalization takes its moments from the steps that are not masked, and
/// so does the loss its mean. At inference neither looks at it.
llvm::Error refuseMaskedTraining(const Model &model);

/// The layer that makes a mask of ids, for the layer `reader`.
Layer makeMaskLayer(const Layer &reader);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_MASKS_H
