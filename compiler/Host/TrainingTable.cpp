// See TrainingTable.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/TrainingTable.h"

#include "llvm/ADT/StringMap.h"

#include <algorithm>
#include <cstring>

using namespace llvm;
using namespace mlir::kreg;

namespace kregc::host {
namespace {

Error failure(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// Zeros in every byte: the table's bytes are the library's.
template <typename T>
T zeroed() {
  T value;
  std::memset(static_cast<void *>(&value), 0, sizeof value);
  return value;
}

int64_t elementsPerSample(const Port &port) {
  int64_t count = 1;
  for (int64_t size : port.shape) {
    count *= size < 0 ? 1 : size;
  }
  return count;
}

kreg_regularizer regularizerOf(VariableOp variable) {
  auto regularizer = zeroed<kreg_regularizer>();
  if (auto attribute = variable.getRegularizerAttr()) {
    regularizer.kind = KREG_REGULARIZER_L1L2;
    regularizer.l1 = attribute.l1();
    regularizer.l2 = attribute.l2();
  } else if (auto attribute = variable.getOrthogonalAttr()) {
    regularizer.kind = KREG_REGULARIZER_ORTHOGONAL;
    regularizer.factor = attribute.factor();
    regularizer.rows = attribute.getMode() == OrthogonalMode::Rows;
  }
  return regularizer;
}

class TableMaker {
public:
  TableMaker(const TrainingPlans &plans, const TrainingSettings &settings)
      : plans(plans), given(settings) {
    for (auto [number, port] : enumerate(plans.step.outputs)) {
      outputOf[port.name] = int32_t(number);
    }
  }

  Error addVariable(VariableOp variable);
  TrainingTable finish();

private:
  /// Which output of the step it is, and where in the arena that lies.
  int32_t find(const Twine &name, kreg_size &place) const {
    auto it = outputOf.find(name.str());
    if (it == outputOf.end()) {
      return -1;
    }
    const HostPlan &step = plans.step;
    Size offset = step.buffers[step.outputs[it->second].kept].offset;
    place = {offset.constant, offset.perBatch};
    return it->second;
  }

  const TrainingPlans &plans;
  const TrainingSettings &given;
  StringMap<int32_t> outputOf; ///< of step, by name
  TrainingTable table;
};

Error TableMaker::addVariable(VariableOp op) {
  StringRef path = op.getSymName();
  auto type = cast<mlir::RankedTensorType>(op.getType());
  if (!op.getValue()) {
    return failure("the weight '" + path +
                   "' has no value; training needs a model with weights");
  }
  if (type.getRank() > KREG_MAX_RANK) {
    return failure("the weight '" + path + "' has " + Twine(type.getRank()) +
                   " dimensions; training knows at most " +
                   Twine(int(KREG_MAX_RANK)));
  }
  auto variable = zeroed<kreg_variable>();
  variable.path = int64_t(table.texts.size());
  table.texts += path.str() + '\0';
  variable.elements = type.getNumElements();
  variable.rank = int32_t(type.getRank());
  std::copy(type.getShape().begin(), type.getShape().end(), variable.shape);
  variable.trainable = op.getTrainable();
  variable.gradient = find("grad/" + path, variable.gradient_place);
  variable.state = find("state/" + path, variable.state_place);
  variable.regularizer = regularizerOf(op);
  auto constraint = given.constraints.find(path.str());
  if (constraint != given.constraints.end()) {
    variable.constraint = constraint->second;
  }
  table.variables.push_back(variable);
  table.initial.push_back({path.str(), type, *op.getValue(), /*packing=*/0});
  return Error::success();
}

/// c + k·batch where each is at least that of every plan.
kreg_size largestArena(const TrainingPlans &plans) {
  kreg_size most = {};
  for (const HostPlan *plan : {&plans.forward, &plans.evaluate, &plans.step}) {
    most.constant = std::max(most.constant, plan->arenaBytes.constant);
    most.per_batch = std::max(most.per_batch, plan->arenaBytes.perBatch);
  }
  return most;
}

TrainingTable TableMaker::finish() {
  auto settings = zeroed<kreg_training_settings>();
  settings.num_variables = int32_t(table.variables.size());
  settings.num_inputs = int32_t(plans.forward.inputs.size());
  settings.num_outputs = int32_t(plans.forward.outputs.size());
  settings.num_penalties = int32_t(plans.forward.penalties.size());
  settings.num_step_outputs = int32_t(plans.step.outputs.size());
  int32_t rest = settings.num_step_outputs;
  for (const kreg_variable &variable : table.variables) {
    rest -= (variable.gradient >= 0) + (variable.state >= 0);
  }
  settings.step_has_outputs = rest == settings.num_outputs;
  settings.most_batch =
      std::min({plans.forward.mostBatch, plans.evaluate.mostBatch,
                plans.step.mostBatch});
  settings.arena = largestArena(plans);
  settings.seed = given.seed;
  settings.optimizer = given.optimizer;
  settings.schedule = given.schedule;
  table.settings = settings;
  table.boundaries = given.boundaries;
  for (const Port &port : plans.forward.outputs) {
    table.outputBytes.push_back(elementsPerSample(port) * 4);
  }
  return std::move(table);
}

} // namespace

Size TrainingTable::stepBytes() const {
  kreg_training view = {};
  view.settings = &settings;
  view.variables = variables.data();
  view.output_bytes = outputBytes.data();
  int64_t none = kreg_rt_step_bytes(&view, 0);
  return {none, kreg_rt_step_bytes(&view, 1) - none};
}

Expected<TrainingTable> makeTrainingTable(mlir::ModuleOp module,
                                          const TrainingPlans &plans,
                                          const TrainingSettings &settings) {
  TableMaker maker(plans, settings);
  for (VariableOp variable : module.getOps<VariableOp>()) {
    if (Error error = maker.addVariable(variable)) {
      return std::move(error);
    }
  }
  return maker.finish();
}

} // namespace kregc::host
