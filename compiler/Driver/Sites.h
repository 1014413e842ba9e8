// The penalty sites of a model as its file has them: what `inspect` prints.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_SITES_H
#define KREGC_COMPILER_DRIVER_SITES_H

#include "frontends/Keras/Model.h"

#include <cstdint>
#include <string>
#include <vector>

namespace kregc::driver {

/// One activity penalty (of one call of a layer) or weight penalty.
struct Site {
  bool activity = true;
  std::string layer, className;
  int call = 0;         ///< activity: n-th call of the layer, from 0
  int tensor = -1;      ///< activity: index into Model::calls
  std::string variable; ///< weight: "kernel"
  bool trained = true;  ///< weight: not frozen
  keras::Regularizer regularizer;
  keras::Shape shape;    ///< of the penalised tensor; -1 is the batch
  bool perBatch = false; ///< divided by the batch size
  bool live = true;
  std::string why; ///< where it is not live: "reaches no output"
};

/// Activity penalties in the order of the model's calls, which is the order of
/// `penalties` in all of kregc's outputs, then weight penalties.
std::vector<Site> collectSites(const keras::Model &model);

/// For each layer whether a call of it reaches an output.
std::vector<bool> liveLayers(const keras::Model &model);

/// Whether the regularizer of a weight is applied while its layer is used:
/// Keras 3 leaves frozen weights out.
bool isApplied(const keras::Model &model, const keras::Weight &weight);

/// Numbers in the weights of the layers that the model uses.
int64_t countParameters(const keras::Model &model);

/// The shortest text that reads back as the float32 that Keras computes with.
std::string number(double value);

/// "L1L2(l1=0.001, l2=0.002)", as Keras would construct it.
std::string describe(const keras::Regularizer &regularizer);

/// "(batch, 7, 7, 16)".
std::string describe(const keras::Shape &shape);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_SITES_H
