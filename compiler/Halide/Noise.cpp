// Random numbers of a Plan. One run of the generator makes four of them, so
// they are a Func of their own that a schedule may store before they are read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Context.h"
#include "compiler/Halide/Math.h"

#include <algorithm>

namespace kregc::halide {

using ::Halide::Expr;
using ::Halide::Func;
using ::Halide::Var;
using plan::Operator;

/// Operands of Operator::Random.
enum { kState = 0, kDraw = 4 };

static bool isNoiseOf(const Noise &noise, const plan::Expression &e) {
  return noise.state == e.operands[kState]->value &&
         noise.draw == e.operands[kDraw]->integer;
}

const Noise &Translation::noiseOf(const plan::Expression &e) const {
  return *std::find_if(noises.begin(), noises.end(),
                       [&](const Noise &noise) { return isNoiseOf(noise, e); });
}

/// Of 64 positions, words 0 are the first 16, words 1 the next, and so on.
static Noise makeNoise(int state, int64_t draw, const std::string &name,
                       std::vector<Expr> key) {
  Noise noise{state,      draw,           Func(name + "_words"),
              Func(name), Var("counter"), Var("position")};
  key.push_back(noise.counter);
  noise.words(noise.counter) = ::Halide::Tuple(uniform(key));
  Expr p = noise.position;
  ::Halide::FuncRef words = noise.words(p / 64 * 16 + p % 16);
  noise.numbers(p) = ::Halide::mux(
      p % 64 / 16, {Expr(words[0]), words[1], words[2], words[3]});
  return noise;
}

/// What the stage draws and no stage before it has drawn.
void Translation::addNoise(const plan::Stage &stage) {
  Context context{stage, {}, {}, {}};
  for (const plan::Write &write : stage.writes) {
    plan::walk(write.body, [&](const plan::Expression &e) {
      if (e.op != Operator::Random ||
          std::any_of(noises.begin(), noises.end(), [&](const Noise &noise) {
            return isNoiseOf(noise, e);
          })) {
        return;
      }
      std::vector<Expr> key;
      for (int i = kState; i <= kDraw; ++i) {
        key.push_back(translate(e.operands[i], context));
      }
      noises.push_back(makeNoise(
          e.operands[kState]->value, e.operands[kDraw]->integer,
          nameOf("noise" + std::to_string(noises.size())), std::move(key)));
    });
  }
}

} // namespace kregc::halide
