// What `kregc train` writes: trained models, histories, and checkpoints, from
// which a run goes on bit by bit as if it had not ended.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_TRAININGFILES_H
#define KREGC_COMPILER_DRIVER_TRAININGFILES_H

#include "compiler/Driver/TrainingRun.h"

#include "llvm/Support/Error.h"

#include <string>

namespace kregc::driver {

/// Refuses a file that could not be written at the end: a wrong format, a
/// folder that is missing or not writable. An empty path is fine.
llvm::Error checkOutput(const keras::Model &model, llvm::StringRef path);

/// The model as it is now: every weight by its path (.npz), or a model file
/// with the state of the optimizer.
llvm::Error writeTrained(const TrainingModel &model, const Options &options,
                         llvm::StringRef path);

/// {"loss": […], …}, in the order of the history.
llvm::Error writeHistory(const History &history, llvm::StringRef path);

/// Weights, the optimizer's variables and the state of the run in one .npz.
llvm::Error writeCheckpoint(const TrainingModel &model, const Options &options,
                            const Dataset &data, const TrainingState &state);

/// Puts all of that back. Errors: a file that is not readable, of another model
/// or of other settings.
llvm::Error readCheckpoint(TrainingModel &model, const Options &options,
                           const Dataset &data, TrainingState &state);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_TRAININGFILES_H
