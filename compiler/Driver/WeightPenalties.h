// The weight penalties of a model: numbers of the file alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_WEIGHTPENALTIES_H
#define KREGC_COMPILER_DRIVER_WEIGHTPENALTIES_H

#include "frontends/Keras/Model.h"

#include <vector>

namespace kregc::driver {

/// The value of each live weight penalty, in the order of `kregc inspect`, in
/// float64 from the float32 weights. 0 for a file without weights.
std::vector<double> weightPenalties(const keras::Model &model);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_WEIGHTPENALTIES_H
