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

constexpr uint64_t kMajor = 1, kMinor = 0;

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

  /// 1.0 is the first version: there is nothing to upgrade yet.
  LogicalResult upgradeFromVersion(Operation *,
                                   const DialectVersion &) const override {
    return success();
  }
};

} // namespace

void KregDialect::addBytecodeInterface() {
  addInterfaces<KregBytecodeInterface>();
}
