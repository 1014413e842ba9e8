// From the arrays of a .npz file to the inputs of a model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_MODELINPUTS_H
#define KREGC_COMPILER_DRIVER_MODELINPUTS_H

#include "frontends/Container/Npz.h"
#include "frontends/Keras/Model.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <vector>

namespace kregc::driver {

/// One batch for a model: a float32 array per input, row-major, in the order of
/// the model's inputs.
struct ModelInputs {
  int64_t batch = 0;
  std::vector<std::vector<float>> arrays;

  std::vector<const float *> pointers() const;
};

/// Finds each input by the name of its input layer or as x_0, x_1 …, and checks
/// names, shapes and that all have the same batch size (1 or more). Errors end
/// with status 2.
llvm::Expected<ModelInputs> bindInputs(const keras::Model &model,
                                       llvm::ArrayRef<NpzArray> arrays,
                                       llvm::StringRef file);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_MODELINPUTS_H
