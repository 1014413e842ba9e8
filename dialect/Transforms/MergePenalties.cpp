// kreg-merge-penalties: one penalty per tensor and norm; only the sum counts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"
#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/PenaltyUtils.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_MERGEPENALTIESPASS
#include "dialect/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

static constexpr StringLiteral kPass = "kreg-merge-penalties";

/// The sum in ascending order: it does not depend on the order of the sites.
static double sumOf(SmallVector<double> terms) {
  llvm::sort(terms);
  double sum = 0.0;
  for (double term : terms) {
    sum += term;
  }
  return sum;
}

/// One penalty for all of `sites`, which have the same tensor and norm.
static PenaltySite merge(ModelOp model, ArrayRef<PenaltySite> sites) {
  PenaltySite merged = sites.front();
  if (sites.size() == 1) {
    return merged;
  }
  SmallVector<double> l1, l2;
  for (const PenaltySite &site : sites) {
    l1.push_back(site.regularizer.l1());
    l2.push_back(site.regularizer.l2());
  }
  merged.regularizer = L1L2Attr::get(model.getContext(), sumOf(l1), sumOf(l2));
  remark::passed(merged.loc, remarkOptions(model, kPass, "merged"))
      << remark::metric("penalties", sites.size());
  return merged;
}

namespace {

class MergePenaltiesPass
    : public ::mlir::kreg::impl::MergePenaltiesPassBase<MergePenaltiesPass> {
public:
  void runOnOperation() override {
    ModelOp model = getOperation();
    llvm::MapVector<std::pair<Value, unsigned>, SmallVector<PenaltySite>>
        groups;
    SmallVector<PenaltySite> merged;
    for (const PenaltySite &site : collectPenaltySites(model)) {
      bool isZero = site.tensor ? site.regularizer.isZero()
                                : matchPattern(site.other, m_AnyZeroFloat());
      if (isZero) {
        remark::passed(site.loc, remarkOptions(model, kPass, "zero"));
      } else if (site.tensor) {
        groups[{site.tensor, unsigned(site.norm)}].push_back(site);
      } else {
        merged.push_back(site);
      }
    }
    for (const auto &group : groups) {
      merged.push_back(merge(model, group.second));
    }
    sortPenaltySites(merged);
    replacePenaltySites(model, merged);
    model->setAttr(kObservedAttr, StringAttr::get(&getContext(), kObservedSum));
  }
};

} // namespace
