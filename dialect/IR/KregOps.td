// All ops of the dialect, for one run of the generator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "dialect/IR/KregStructureOps.td"
include "dialect/IR/KregWindowOps.td"
include "dialect/IR/KregPointwiseOps.td"
include "dialect/IR/KregMoveOps.td"
include "dialect/IR/KregGradientOps.td"
include "dialect/IR/KregRandomOps.td"
include "dialect/IR/KregLayerOps.td"
