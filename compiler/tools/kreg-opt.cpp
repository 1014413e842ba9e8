// kreg-opt: reads kreg IR, runs passes, prints IR. The tool of the tests.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/tools/Registry.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::kreg::registerKregDialects(registry);
  mlir::kreg::registerKregPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "kregc: passes on kreg IR\n", registry));
}
