// kreg-lsp-server: what an editor talks to when it shows kreg IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/tools/Registry.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "llvm/Support/LogicalResult.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::kreg::registerKregDialects(registry);
  return llvm::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
