// Random numbers: a run of the generator makes four, so those of a row of tiles
// are stored before they are read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Scheduler.h"

#include "compiler/Plan/Expressions.h"

namespace kregc::halide {

using ::Halide::TailStrategy;
using ::Halide::Var;
using plan::Family;

/// Whether a stage of the tiles draws a number for each of its elements, in
/// row-major order: so those of a row of tiles are an interval.
bool Scheduler::drawsPerElement(const StageFunc &stage,
                                const plan::Expression &random) const {
  if (stage.reduces || stage.vars.size() != rank ||
      t.isBeforeTile(*stage.stage)) {
    return false;
  }
  std::optional<plan::Affine> position = plan::affine(random.operands.back());
  int64_t stride = 1;
  for (size_t d = rank; position && d-- > 0;) {
    bool isOne = t.domain[d].isStatic() && t.domain[d].at(1) == 1;
    if (!isOne && position->of(d) != stride) {
      return false;
    }
    stride *= d > 0 ? t.domain[d].at(1) : 1; // no stride is of the batch
  }
  return position && position->constant == 0;
}

bool Scheduler::drawsPerElement() const {
  if (s.family == Family::Accumulation) {
    return false;
  }
  bool result = true;
  for (const StageFunc &stage : t.stages) {
    for (const plan::Write &write : stage.stage->writes) {
      plan::walk(write.body, [&](const plan::Expression &e) {
        result &= e.op != plan::Operator::Random || drawsPerElement(stage, e);
      });
    }
  }
  return result;
}

/// The innermost loop whose body draws an interval of positions, nearly none of
/// which another body draws too; and how many, if that is known and begins at a
/// multiple of 64.
std::pair<Var, int64_t> Scheduler::noiseLoop() const {
  if (rank == 1) {
    return block % 64 == 0 ? std::pair(co, int64_t(block))
                           : std::pair(cs, int64_t(0));
  }
  bool hasBlocks = !t.domain.back().isStatic() || t.domain.back().at(1) > block;
  if (hasBlocks && keepsRegistersAcrossPoints(s.family)) {
    return {rows ? ys : xs, 0};
  }
  // Other rows share some counters with their neighbours.
  int64_t row = t.domain[rank - 2].at(1) * t.domain.back().at(1);
  if (rows && row % 64 == 0) {
    return {yi, row};
  }
  return {rows && row >= 512 ? yi : rows ? ys : xs, 0};
}

void Scheduler::scheduleNoise(Noise &noise) {
  auto [loop, count] = noiseLoop();
  if (count != 0) {
    noise.numbers.bound_extent(noise.position, int32_t(count));
  }
  Var po("po"), pi("pi"), word("word"), lane("noise_lane");
  noise.numbers.compute_at(root, loop)
      .align_bounds(noise.position, 64)
      .split(noise.position, po, pi, 64, TailStrategy::RoundUp)
      .split(pi, word, lane, 16)
      .vectorize(lane)
      .unroll(word);
  noise.words.compute_at(noise.numbers, po)
      .bound_extent(noise.counter, 16)
      .vectorize(noise.counter, 16);
}

} // namespace kregc::halide
