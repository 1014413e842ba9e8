// Functions of keras.ops and, in Keras 2, of TensorFlow that stand as nodes in
// a Functional. What a function is called with is part of what it computes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_OPERATIONS_H
#define KREGC_FRONTENDS_KERAS_OPERATIONS_H

#include "frontends/Container/Json.h"
#include "frontends/Keras/Model.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace kregc::keras {

/// Whether an entry of a model's layers is such a function.
bool isOperation(const JsonValue &entry);

/// Reads a function and the arguments it is called with. Errors: UnknownLayer
/// for others than those of Operations.def, NodeArgument, UnsupportedOption ….
llvm::Expected<Layer> readOperation(const JsonValue &entry,
                                    const Version &version);

/// An inbound node of a function, in either form.
struct OperationCall {
  std::vector<const JsonValue *>
      arguments;                    ///< tensors, lists of them, constants
  const JsonValue *named = nullptr; ///< an object; null if there is none
};
llvm::Expected<OperationCall> readOperationCall(const JsonValue &node);

/// Whether an argument is a tensor, in the form of Keras 3 or of Keras 2.
bool isTensor(const JsonValue &value);

/// The output of a function for inputs of these shapes; see inferShape.
llvm::Expected<Shape> inferOperation(const Layer &layer,
                                     const OperationConfig &config,
                                     llvm::ArrayRef<Shape> inputs);

/// The elements of an extent that a range takes: start, start + step ….
struct ResolvedSlice {
  int64_t start = 0, step = 1, count = 0;
};
ResolvedSlice resolveSlice(const SliceOperation::Item &item, int64_t extent);

/// The items of an index with the ellipsis, or what is missing at the end, as
/// whole ranges; none if there are too many for the rank.
std::optional<std::vector<SliceOperation::Item>>
expandSlice(const SliceOperation &operation, size_t rank);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_OPERATIONS_H
