// How a file's optimizer, schedule and constraints become the runtime's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_TRAININGSETTINGS_H
#define KREGC_COMPILER_DRIVER_TRAININGSETTINGS_H

#include "compiler/Host/TrainingTable.h"
#include "frontends/Keras/Model.h"

namespace kregc::driver {

/// Of a model whose `training` is filled (readTraining).
host::TrainingSettings makeTrainingSettings(const keras::Model &model);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_TRAININGSETTINGS_H
