// What the adviser of `inspect` knows about the tensors of a Model: where their
// numbers come from, who reads them, which weights and masks reach them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_INSPECT_MODELFACTS_H
#define KREGC_COMPILER_DRIVER_INSPECT_MODELFACTS_H

#include "compiler/Driver/Sites.h"

namespace kregc::driver {

/// Tensors are named by the call that makes them: an index into Model::calls.
/// Refers to the Model, which must live longer.
class ModelFacts {
public:
  explicit ModelFacts(const keras::Model &model);

  const keras::Model &model;
  std::vector<Site> sites;               ///< as collectSites gives them
  std::vector<bool> live;                ///< of each call
  std::vector<std::vector<int>> readers; ///< of each call: live calls

  const keras::Layer &layerOf(int call) const;

  /// The config of a call's layer, or of the layer inside of a TimeDistributed.
  const keras::LayerConfig &configOf(int call) const;

  /// The tensor whose numbers `call` passes on unchanged in every mode, through
  /// ActivityRegularization and other identities; itself if it computes.
  int valueOf(int call) const;

  /// The same, also through layers that put elements elsewhere.
  int elementsOf(int call) const;

  /// The layers that compute with the tensor: its readers, and those of its
  /// identities. Holds -1 where it is an output of the model.
  std::vector<int> usersOf(int call) const;

  /// Whether a weight that is trained comes before the tensor.
  bool isTrained(int call) const { return trained[call]; }

  /// The call of an Embedding whose mask reaches the tensor, or -1.
  int maskOf(int call) const { return masks[call]; }

private:
  bool isIdentity(int call) const;

  std::vector<bool> trained, isOutput;
  std::vector<int> masks;
};

/// The activation of a layer: its `activation` argument, or what an activation
/// layer computes. "linear" where there is none.
std::string activationOf(const keras::LayerConfig &config);

/// Whether the layer is an activation and nothing else.
bool isActivationLayer(const keras::LayerConfig &config);

/// Elements of one sample, -1 if some extent is not known.
int64_t elementsPerSample(const keras::Shape &shape);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_INSPECT_MODELFACTS_H
