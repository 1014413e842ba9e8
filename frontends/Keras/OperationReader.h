// Reads the arguments of one function of Operations.def: from what its node is
// called with, from its config, or by default.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_OPERATIONREADER_H
#define KREGC_FRONTENDS_KERAS_OPERATIONREADER_H

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Operations.h"

namespace kregc::keras {

/// What a row of Operations.def says about how a function is read.
enum class OperationForm {
  Activation,
  Elementwise,
  Clip,
  Power,
  FixedPower,
  ReluLayer,
  Binary,
  Matmul,
  Reduce,
  Reshape,
  Transpose,
  Concatenate,
  Stack,
  ExpandDims,
  Squeeze,
  GetItem,
  Cast
};

/// A row of Operations.def.
struct OperationRow {
  llvm::StringLiteral name;
  OperationForm form;
  llvm::StringLiteral detail;
};

/// The text under a key; empty if there is none.
llvm::StringRef textIn(const JsonValue &object, llvm::StringRef key);

/// Reads one function. Getters keep the first error in `fields`.
class OperationReader {
public:
  OperationReader(Fields &fields, const OperationCall &call)
      : fields(fields), call(call) {}

  LayerConfig read(const OperationRow &row);

private:
  using Names = std::initializer_list<llvm::StringRef>;

  /// The argument at a position, by one of its names, or from the config; null
  /// if it is missing or null.
  const JsonValue *find(size_t position, Names names) const;
  /// An argument that must be a constant; an error if it is a tensor.
  const JsonValue *constant(size_t position, Names names);
  std::optional<double> number(size_t position, Names names);
  bool flag(size_t position, Names names);
  std::optional<int64_t> integer(size_t position, Names names);
  std::vector<int64_t> integers(const JsonValue &value);
  std::optional<OperationConstant> array(const JsonValue &value);
  bool fill(const JsonValue &value, size_t depth, OperationConstant &out);
  std::optional<int64_t> bound(const JsonValue &slice, llvm::StringRef key);

  LayerConfig activation(llvm::StringRef name);
  LayerConfig elementwise(llvm::StringRef name, std::vector<double> parameters);
  LayerConfig power(const JsonValue *exponent);
  LayerConfig binary(llvm::StringRef kind);
  LayerConfig reduce(llvm::StringRef kind);
  LayerConfig matmul();
  LayerConfig reshape();
  LayerConfig transpose();
  LayerConfig extents(bool insert);
  LayerConfig getItem();
  LayerConfig cast();

  Fields &fields;
  const OperationCall &call;
};

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_OPERATIONREADER_H
