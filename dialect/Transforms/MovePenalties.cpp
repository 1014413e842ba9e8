// kreg-move-penalties: penalties move up by the rows of the law table.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Rules/PenaltyLaws.h"
#include "dialect/Transforms/Passes.h"
#include "dialect/Transforms/PenaltyUtils.h"

#include "llvm/ADT/MapVector.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_MOVEPENALTIESPASS
#include "dialect/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

static constexpr StringLiteral kPass = "kreg-move-penalties";

namespace {

/// A penalty on its way up: which entries of `kreg.return` it belongs to
/// (none where only the sum is observed).
struct Climber {
  PenaltySite site;
  SmallVector<unsigned, 1> entries;
};

class MovePenaltiesPass
    : public ::mlir::kreg::impl::MovePenaltiesPassBase<MovePenaltiesPass> {
public:
  using MovePenaltiesPassBase::MovePenaltiesPassBase;

  void runOnOperation() override;

private:
  /// Puts a penalty on its tensor. Where only the sum counts, penalties of one
  /// tensor and norm become one here, so that the number of penalties is
  /// bounded by the number of tensors however often inputs are shared.
  void add(const Climber &climber);

  /// Moves the penalties of the result of `op` to its inputs if a law allows.
  void cross(Operation &op);

  llvm::DenseMap<Value, SmallVector<Climber>> waiting;
  SmallVector<Climber> arrived;
};

} // namespace

void MovePenaltiesPass::add(const Climber &climber) {
  SmallVector<Climber> &here = waiting[climber.site.tensor];
  if (observe == Observe::Sum) {
    for (Climber &other : here) {
      L1L2Attr a = other.site.regularizer, b = climber.site.regularizer;
      if (other.site.norm == climber.site.norm) {
        other.site.regularizer =
            L1L2Attr::get(&getContext(), a.l1() + b.l1(), a.l2() + b.l2());
        return;
      }
    }
  }
  here.push_back(climber);
}

void MovePenaltiesPass::cross(Operation &op) {
  if (op.getNumResults() != 1 || !waiting.contains(op.getResult(0))) {
    return;
  }
  ModelOp model = getOperation();
  const RangeAnalysis &ranges = getAnalysis<RangeAnalysis>();
  SmallVector<Climber> here = std::move(waiting[op.getResult(0)]);
  const PenaltyLaw *law = findPenaltyLaw(&op);
  for (Climber &climber : here) {
    PenaltySite &site = climber.site;
    LawRefusal refusal;
    FailureOr<SmallVector<MovedPenalty>> moved = failure();
    if (law) {
      moved = applyPenaltyLaw(*law, {&op, site.regularizer, site.norm}, observe,
                              requiredModes(model), ranges, refusal);
    }
    if (failed(moved)) {
      if (law) {
        remark::missed(site.loc, remarkOptions(model, kPass, refusal.name))
            << remark::metric("law", law->name)
            << remark::reason("{0}", refusal.text);
      }
      arrived.push_back(std::move(climber));
      continue;
    }
    remark::passed(site.loc, remarkOptions(model, kPass, "moved"))
        << remark::metric("law", law->name)
        << remark::metric("inputs", moved->size());
    for (const MovedPenalty &penalty : *moved) {
      Climber next = climber;
      next.site.tensor = penalty.input;
      next.site.regularizer = penalty.regularizer;
      add(next);
    }
  }
}

void MovePenaltiesPass::runOnOperation() {
  ModelOp model = getOperation();
  waiting.clear();
  arrived.clear();
  SmallVector<PenaltySite> sites = collectPenaltySites(model);
  for (auto [index, site] : llvm::enumerate(sites)) {
    Climber climber{site, {}};
    if (observe == Observe::Sites) {
      climber.entries.push_back(index);
    }
    if (site.tensor) {
      add(climber);
    } else {
      arrived.push_back(climber);
    }
  }
  // Users come after makers, so backwards every penalty is there when its op
  // is.
  for (Operation &op : llvm::reverse(model.getBody().front())) {
    cross(op);
  }
  for (BlockArgument argument : model.getBody().getArguments()) {
    llvm::append_range(arrived, waiting.lookup(argument));
  }
  if (observe == Observe::Sites) {
    for (const Climber &climber : arrived) {
      for (unsigned entry : climber.entries) {
        sites[entry] = climber.site;
      }
    }
  } else {
    sites.clear();
    for (const Climber &climber : arrived) {
      sites.push_back(climber.site);
    }
    sortPenaltySites(sites);
    model->setAttr(kObservedAttr, StringAttr::get(&getContext(), kObservedSum));
  }
  replacePenaltySites(model, sites);
}
