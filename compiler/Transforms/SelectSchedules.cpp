// kreg-select-schedules: asks the schedule model about each kernel and writes
// the answer on it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/ScheduleModel.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_SELECTSCHEDULESPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;
namespace plan = kregc::plan;

static ScheduleAttr attributeOf(MLIRContext *context, const plan::Schedule &s) {
  return ScheduleAttr::get(context, static_cast<Family>(s.family), s.vector,
                           s.vectors, s.points, s.strip, s.order, s.unroll,
                           s.parallel);
}

static void write(KernelOp kernel, const kregc::KernelSchedule &choice) {
  Builder builder(kernel.getContext());
  kernel.setScheduleAttr(attributeOf(kernel.getContext(), choice.main));
  if (choice.small) {
    kernel.setSmallScheduleAttr(
        attributeOf(kernel.getContext(), *choice.small));
    kernel.setSmallBatchAttr(builder.getI64IntegerAttr(choice.smallBatch));
  }
  SmallVector<Attribute> packings;
  for (int64_t block : choice.packings) {
    packings.push_back(PackingAttr::get(kernel.getContext(), block));
  }
  kernel.setPackingsAttr(builder.getArrayAttr(packings));
}

namespace {
struct SelectSchedulesPass
    : kreg::impl::SelectSchedulesPassBase<SelectSchedulesPass> {
  using SelectSchedulesPassBase::SelectSchedulesPassBase;

  void runOnOperation() override {
    std::string problem;
    auto target = kregc::parseTarget(targetName, problem);
    if (!target) {
      getOperation().emitError(problem);
      return signalPassFailure();
    }
    for (auto kernel : getOperation().getBody().front().getOps<KernelOp>()) {
      auto body = translateBody(kernel);
      if (failed(body)) {
        return signalPassFailure();
      }
      kregc::KernelSchedule choice = kregc::chooseSchedule(*body, *target);
      // Weights that training changes lie in memory as the caller sees them.
      if (getOperation()->getParentOp()->hasAttr("kreg.training")) {
        choice.packings.assign(choice.packings.size(), 0);
        // Nobody trains with batches of one or two: no second build.
        choice.small.reset();
      }
      write(kernel, choice);
    }
  }
};
} // namespace
