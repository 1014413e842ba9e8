// The numbers of the weights: model.weights.h5 of Keras 3 and tf-keras, and the
// groups of a legacy .h5.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_WEIGHTS_H
#define KREGC_FRONTENDS_KERAS_WEIGHTS_H

#include "frontends/Keras/Model.h"
#include "frontends/Keras/WeightStore.h"

#include "llvm/Support/Error.h"

namespace kregc::keras {

/// Fills Weight::data from a tree of `layers/<group>/vars/<i>`. Groups are
/// found by the layer's name where the file has names, else by counting
/// classes. Without `values` shapes and types are compared and no more.
llvm::Error readArchiveWeights(const WeightStore &file, bool values,
                               Model &model);

/// Fills Weight::data from `model_weights/<layer>/<weight name>`.
llvm::Error readLegacyWeights(const Hdf5File &file, bool values, Model &model);

/// A group of variables of model.weights.h5, as Keras 3.15 names it.
struct VariableGroup {
  std::string path, name; ///< "layers/dense/vars", "dense"
  int layer = -1;         ///< index into Model::layers; -1: of a model
};

/// The groups of a model, outermost first: where a new file has the weights.
std::vector<VariableGroup> variableGroups(const Model &model);

/// Keras' to_snake_case: "MaxPooling2D" is "max_pooling2d", "ReLU" is "re_lu".
std::string toSnakeCase(llvm::StringRef className);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_WEIGHTS_H
