// The names of kernels: after the layer of the anchor, and C identifiers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TRANSFORMS_KERNELNAMES_H
#define KREGC_COMPILER_TRANSFORMS_KERNELNAMES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::kreg {

/// Gives each kernel of a model a name of its own: letters, digits and '_', of
/// bounded length, and no two of them differ by "__small" only.
class KernelNames {
public:
  /// Every name begins with `prefix`.
  explicit KernelNames(std::string prefix = "") : prefix(std::move(prefix)) {}

  /// A new name after the layer that `anchor` comes from.
  std::string make(Operation *anchor);

  /// `wanted`, or with a number behind it.
  std::string make(const std::string &wanted);

  /// The layer's name as an identifier, or `otherwise` where `loc` has none.
  std::string of(Location loc, llvm::StringRef otherwise) const;

private:
  std::string prefix;
  llvm::StringSet<> taken;
};

} // namespace mlir::kreg

#endif // KREGC_COMPILER_TRANSFORMS_KERNELNAMES_H
