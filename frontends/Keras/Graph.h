// From the config of a model to layers and calls: the chain of a Sequential,
// and the inbound nodes of a Functional in the forms of Keras 2 and Keras 3.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_GRAPH_H
#define KREGC_FRONTENDS_KERAS_GRAPH_H

#include "frontends/Container/Json.h"
#include "frontends/Keras/Model.h"

#include "llvm/Support/Error.h"

namespace kregc::keras {

/// Fills name, layers, calls (in topological order), inputs and outputs of
/// `model`, whose version is set, from the serialised model object `root`.
/// Errors: unknown classes, dangling references, cycles, nested models ….
llvm::Error readGraph(const JsonValue &root, Model &model);

/// What an inbound node says: the tensors it is called with.
struct NodeTensor {
  const JsonValue *source; ///< for messages
  llvm::StringRef layer;
  int64_t call, output;
};

/// Reads one inbound node of `layer` in either form. Constants as arguments and
/// a fixed training flag are unsupported; so is a mask, unless the layer takes
/// one, behind its other tensors.
llvm::Expected<std::vector<NodeTensor>>
readNode(const JsonValue &node, llvm::StringRef layer, bool takesMask);

/// The same of a function of keras.ops: its tensors, without the constants.
llvm::Expected<std::vector<NodeTensor>>
readOperationNode(const JsonValue &node);

/// Reads `input_layers` or `output_layers`: one tensor, a list or a dictionary.
llvm::Expected<std::vector<NodeTensor>> readEnds(const JsonValue &ends);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_GRAPH_H
