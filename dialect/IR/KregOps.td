// All ops of the dialect, for one run of the generator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "dialect/IR/KregStructureOps.td"
include "dialect/IR/KregCoreOps.td"
