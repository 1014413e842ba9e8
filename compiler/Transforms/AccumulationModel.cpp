// Schedules of gradients of weights: sums over all of a batch.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/AccumulationModel.h"

#include "compiler/Transforms/ContractionModel.h"

#include <algorithm>

namespace kregc {

using plan::Extent;
using plan::Family;
using plan::Loop;
using plan::Schedule;

constexpr int64_t kUsualBatch = 32;

/// Steps that add to a row each: blocks of its elements, and a task for each
/// block where there are some.
static Schedule chooseScatter(const KernelShape &shape) {
  Schedule s;
  s.family = Family::Accumulation;
  s.vector = shape.vector();
  s.vectors = std::min<int64_t>(shape.vectors(s.vector), 8);
  s.strip = 0;
  s.parallel = shape.channels > s.vector * s.vectors;
  return s;
}

Schedule chooseAccumulation(const KernelShape &shape) {
  if (shape.anchor && plan::scatterOf(*shape.anchor)) {
    return chooseScatter(shape);
  }
  Schedule s = chooseContraction(shape);
  s.family = Family::Accumulation;
  s.strip = 0;
  std::vector<Extent> sums;
  for (const Loop &l : shape.anchor->loops) {
    if (l.reduction) {
      sums.push_back(l.extent);
    }
  }
  int64_t most = shape.target.l2Bytes / 2, bytes = shape.inputBytes();
  bool fits = bytes * kUsualBatch <= most;
  if (shape.rank() < 2 || (fits && (!shape.hasPadding() || sums.size() < 2))) {
    return s;
  }
  if (sums.size() == 1) {
    // Rows of samples, or the samples themselves.
    int64_t rows = sums[0].isStatic() ? sums[0].at(1) : sums[0].perBatch;
    int64_t perRow = std::max<int64_t>(1, bytes / std::max<int64_t>(1, rows));
    if (sums[0].constant == 0 || sums[0].isStatic()) {
      s.strip = divisorUpTo(rows, std::max<int64_t>(1, most / 4 / perRow));
      s.strip = s.strip < 8 ? 0 : s.strip;
    }
  } else {
    s.strip = 1;
    while (s.strip + 1 < int64_t(sums.size()) && bytes > most) {
      bytes /= std::max<int64_t>(1, sums[s.strip].at(1));
      ++s.strip;
    }
  }
  if (s.strip != 0) {
    s.unroll = 1;
    // A task for each block of channels. All of them read all of the batch, so
    // a small result has shares of the batch instead.
    int64_t elements = 1;
    for (const Extent &extent : shape.domain) {
      elements *= extent.at(1);
    }
    s.parallel = 4 * elements <= shape.target.l2Bytes / 4 ? 2 : 1;
  }
  return s;
}

} // namespace kregc
