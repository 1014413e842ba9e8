// The table of a training library (runtime/lib/Training.h): what its models and
// their variables say, and what the compile settings add.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_HOST_TRAININGTABLE_H
#define KREGC_COMPILER_HOST_TRAININGTABLE_H

#include "compiler/Host/HostPlan.h"

#include "runtime/lib/Training.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>
#include <vector>

namespace kregc::host {

/// How a model is trained, but for its losses, which are part of its step.
struct TrainingSettings {
  kreg_optimizer optimizer = {};
  kreg_schedule schedule = {};
  std::vector<double> boundaries; ///< of a piecewise schedule, then its values
  std::map<std::string, kreg_constraint> constraints; ///< by weight path
  uint64_t seed = 0;
};

/// The host plans of a training library's models.
struct TrainingPlans {
  HostPlan forward, evaluate, step;
};

struct TrainingTable {
  kreg_training_settings settings;
  std::vector<kreg_variable> variables; ///< in the order of kreg.variable
  std::vector<Weight> initial;          ///< their values in the file
  std::string texts;
  std::vector<double> boundaries;
  std::vector<int64_t> outputBytes;

  /// c + k·batch bytes that an instance takes.
  Size stepBytes() const;
};

/// Errors (StringError) name a variable that cannot be trained: without a
/// value, or of more dimensions than the runtime knows.
llvm::Expected<TrainingTable>
makeTrainingTable(mlir::ModuleOp module, const TrainingPlans &plans,
                  const TrainingSettings &settings);

} // namespace kregc::host

#endif // KREGC_COMPILER_HOST_TRAININGTABLE_H
