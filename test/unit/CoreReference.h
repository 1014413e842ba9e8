// What core ops mean, in loops over doubles that follow the op's description:
// an opinion on numbers that shares no code with any lowering.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_COREREFERENCE_H
#define KREGC_TEST_UNIT_COREREFERENCE_H

#include "dialect/IR/Kreg.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kregc::test {

using Index = std::vector<int64_t>;

/// Row-major numbers with their shape.
struct Tensor {
  Index shape;
  std::vector<double> data;

  Tensor() = default;
  explicit Tensor(Index shape);
  double &at(const Index &index);
  double at(const Index &index) const;
};

/// Calls `visit` with every index of `shape`, in row-major order.
void forEach(const Index &shape,
             const std::function<void(const Index &)> &visit);

using Weights = std::map<std::string, Tensor>;

struct Results {
  std::vector<Tensor> outputs;
  std::vector<double> penalties;
};

/// What a model in penalty form computes.
Results runPenaltyForm(mlir::kreg::ModelOp model,
                       const std::vector<Tensor> &inputs,
                       const Weights &weights);

} // namespace kregc::test

#endif // KREGC_TEST_UNIT_COREREFERENCE_H
