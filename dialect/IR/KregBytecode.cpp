// The version of the dialect's bytecode; its log is in KregBase.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Kreg.h"

#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace mlir::kreg;

namespace {

/// Minor versions only add: a reader takes all of its major version up to its
/// own minor one.
struct KregVersion : DialectVersion {
  KregVersion(uint64_t major, uint64_t minor) : major(major), minor(minor) {}
  uint64_t major, minor;
};

constexpr uint64_t kMajor = 1, kMinor = 1;

class KregBytecodeInterface : public BytecodeDialectInterface {
public:
  explicit KregBytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const override {
    writer.writeVarInt(kMajor);
    writer.writeVarInt(kMinor);
  }

  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const override {
    uint64_t major, minor;
    if (failed(reader.readVarInt(major)) || failed(reader.readVarInt(minor))) {
      return nullptr;
    }
    if (major != kMajor || minor > kMinor) {
      reader.emitError() << "bytecode of the kreg dialect has version " << major
                         << "." << minor << ", but this program reads 1.0 to "
                         << kMajor << "." << kMinor
                         << "; use a newer kregc, or write the file again";
      return nullptr;
    }
    return std::make_unique<KregVersion>(major, minor);
  }

  /// What 1.0 lacks is read as absent, below.
  LogicalResult upgradeFromVersion(Operation *,
                                   const DialectVersion &) const override {
    return success();
  }
};

} // namespace

void KregDialect::addBytecodeInterface() {
  addInterfaces<KregBytecodeInterface>();
}

//===----------------------------------------------------------------------===//
// Properties that came after 1.0
//===----------------------------------------------------------------------===//

/// Reads `orthogonal`, which files of 1.0 do not have.
static LogicalResult readOrthogonal(DialectBytecodeReader &reader,
                                    OrthogonalAttr &attribute) {
  auto version = reader.getDialectVersion<KregDialect>();
  if (succeeded(version) &&
      static_cast<const KregVersion *>(*version)->minor < 1) {
    return success();
  }
  return reader.readOptionalAttribute(attribute);
}

LogicalResult LayerOp::readProperties(DialectBytecodeReader &reader,
                                      OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  return success(
      succeeded(reader.readOptionalAttribute(properties.call)) &&
      succeeded(reader.readAttribute(properties.class_name)) &&
      succeeded(reader.readAttribute(properties.layer_name)) &&
      succeeded(reader.readOptionalAttribute(properties.norm)) &&
      succeeded(reader.readOptionalAttribute(properties.regularizer)) &&
      succeeded(readOrthogonal(reader, properties.orthogonal)));
}

void LayerOp::writeProperties(DialectBytecodeWriter &writer) {
  auto &properties = getProperties();
  writer.writeOptionalAttribute(properties.call);
  writer.writeAttribute(properties.class_name);
  writer.writeAttribute(properties.layer_name);
  writer.writeOptionalAttribute(properties.norm);
  writer.writeOptionalAttribute(properties.regularizer);
  writer.writeOptionalAttribute(properties.orthogonal);
}

LogicalResult VariableOp::readProperties(DialectBytecodeReader &reader,
                                         OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  return success(
      succeeded(reader.readOptionalAttribute(properties.regularizer)) &&
      succeeded(reader.readAttribute(properties.sym_name)) &&
      succeeded(reader.readOptionalAttribute(properties.sym_visibility)) &&
      succeeded(reader.readOptionalAttribute(properties.trainable)) &&
      succeeded(reader.readAttribute(properties.type)) &&
      succeeded(reader.readOptionalAttribute(properties.value)) &&
      succeeded(readOrthogonal(reader, properties.orthogonal)));
}

void VariableOp::writeProperties(DialectBytecodeWriter &writer) {
  auto &properties = getProperties();
  writer.writeOptionalAttribute(properties.regularizer);
  writer.writeAttribute(properties.sym_name);
  writer.writeOptionalAttribute(properties.sym_visibility);
  writer.writeOptionalAttribute(properties.trainable);
  writer.writeAttribute(properties.type);
  writer.writeOptionalAttribute(properties.value);
  writer.writeOptionalAttribute(properties.orthogonal);
}
