// The dialects and passes that kregc's own tools know, in one place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_TOOLS_REGISTRY_H
#define KREGC_COMPILER_TOOLS_REGISTRY_H

namespace mlir {
class DialectRegistry;
namespace kreg {

/// kreg and the upstream dialects that occur in its lower forms.
void registerKregDialects(DialectRegistry &registry);

/// Every pass and pipeline of kregc, and the upstream ones that tests use.
void registerKregPasses();

} // namespace kreg
} // namespace mlir

#endif // KREGC_COMPILER_TOOLS_REGISTRY_H
