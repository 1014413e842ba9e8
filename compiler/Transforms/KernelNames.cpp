// Names of kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/KernelNames.h"

#include "dialect/IR/Kreg.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::kreg;

static constexpr size_t kLongest = 80; // layer names come from a file

std::string KernelNames::of(Location loc, StringRef otherwise) const {
  // The innermost name: a penalty carries "penalty" around its layer's.
  std::string name;
  loc->walk([&](Location part) {
    if (auto named = dyn_cast<NameLoc>(part)) {
      name = named.getName().str();
    }
    return WalkResult::advance();
  });
  if (name.empty()) {
    name = otherwise.str();
  }
  for (char &c : name) {
    c = llvm::isAlnum(c) ? c : '_';
  }
  return name.substr(0, kLongest);
}

std::string KernelNames::make(Operation *anchor) {
  if (isa<PenaltyOp, TotalOp>(anchor)) {
    return make((isa<TotalOp>(anchor) ? "total_of_" : "penalty_of_") +
                of(anchor->getLoc(), "tensor"));
  }
  StringRef op = anchor->getName().stripDialect();
  std::string layer = of(anchor->getLoc(), op);
  // A softmax that is a layer's activation has the layer's name too.
  return make(taken.contains(prefix + layer) ? layer + "_" + op.str() : layer);
}

std::string KernelNames::make(const std::string &wanted) {
  std::string name = prefix + wanted;
  while (StringRef(name).ends_with("_")) {
    name.pop_back();
  }
  if (name.empty() || StringRef(name).ends_with("__small")) {
    name += "_kernel";
  }
  std::string base = name;
  for (unsigned number = 1; !taken.insert(name).second; ++number) {
    name = base + "_" + std::to_string(number);
  }
  return name;
}
