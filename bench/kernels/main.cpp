// Kernels on one core against the multiply-add peak of the same core in the
// same run, and what their penalty costs. Every kernel is built as a model's
// would be: a plan, the schedule model, Halide; the batch is dynamic. oneDNN's
// time for the layer without penalty, where it is installed, stands beside it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "bench/kernels/OneDnn.h"
#include "compiler/Driver/MeasurePeak.h"
#include "compiler/Transforms/ScheduleModel.h"
#include "test/unit/KernelPlans.h"
#include "test/unit/KernelRunner.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>

using namespace kregc;
using namespace kregc::test;

namespace {

/// Seconds of this thread on a core: what other processes take is not in it.
/// Kernels and peers run on this one thread.
double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

struct Case {
  const char *name;
  int64_t batch;
  double flops; ///< per element of the batch; 0: report bytes instead
  std::function<plan::Plan(bool penalty)> plan;
  std::optional<bench::PeerLayer> peer = std::nullopt;
};

struct Options {
  std::string only;
  Target target = hostTarget();
  double seconds = 0.4; ///< per build of a case
  bool listSchedules = false;
  // Overrides of the model, for experiments; 0: as chosen.
  int64_t vectors = 0, points = 0, strip = 0, unroll = 0, order = -1;
};

/// One build of a case, ready to run.
struct Build {
  plan::Plan plan;
  std::unique_ptr<LoadedKernel> kernel;
  std::vector<Argument> arguments;
  double bytes = 0;
  double compileSeconds = 0;
  double best = 1e30; ///< seconds of a call
};

void applyOverrides(plan::Schedule &s, const Options &options) {
  s.vectors = options.vectors ? options.vectors : s.vectors;
  s.points = options.points ? options.points : s.points;
  s.strip = options.strip ? options.strip : s.strip;
  s.unroll = options.unroll ? options.unroll : s.unroll;
  s.order = options.order >= 0 ? options.order : s.order;
  s.parallel = 0; // one core
}

Build build(const Case &c, bool penalty, const Options &options) {
  Build result;
  plan::Plan &plan = result.plan;
  plan = c.plan(penalty);
  plan::collapseLoops(plan);
  KernelSchedule choice = chooseSchedule(plan, options.target);
  applyOverrides(choice.main, options);
  if (options.vectors) {
    for (int64_t &packing : choice.packings) {
      packing = packing ? choice.main.vector * choice.main.vectors : 0;
    }
  }
  setSchedule(plan, choice, c.batch <= choice.smallBatch);
  plan.schedule.parallel = 0;
  plan::splitPenalties(plan);
  double start = now();
  halide::Result compiled = halide::compileKernel(plan, options.target, {});
  result.compileSeconds = now() - start;
  if (auto *error = std::get_if<halide::Error>(&compiled)) {
    fprintf(stderr, "%s\n", error->message.c_str());
    exit(1);
  }
  result.kernel = std::make_unique<LoadedKernel>(
      plan, std::get<halide::CompiledKernel>(compiled));
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int v : plan.arguments()) {
    result.arguments.emplace_back(plan.values[v], c.batch);
    Argument &argument = result.arguments.back();
    std::generate_n(argument.data(), argument.size(),
                    [&] { return uniform(random); });
    result.bytes += 4.0 * argument.size();
  }
  return result;
}

/// Runs in blocks of about a millisecond for `seconds`; the best block counts.
void measure(const std::function<void()> &call, double seconds, double &best) {
  double begin = now();
  call();
  double once = std::max(now() - begin, 1e-7);
  int64_t calls = std::max<int64_t>(1, 1e-3 / once);
  do {
    double start = now();
    for (int64_t i = 0; i < calls; ++i) {
      call();
    }
    best = std::min(best, (now() - start) / calls);
  } while (now() - begin < seconds);
}

void report(const Case &c, const Options &options) {
  Build plain = build(c, false, options), penalised = build(c, true, options);
  std::function<void()> peer;
  if (c.peer) {
    peer = bench::makeOneDnnLayer(*c.peer);
  }
  double peak = 0, peerBest = 1e30;
  constexpr int rounds = 4;
  auto run = [&](Build &b) {
    measure([&] { b.kernel->run(c.batch, b.arguments); },
            options.seconds / rounds, b.best);
  };
  for (int round = 0; round < rounds; ++round) {
    peak = std::max(peak, driver::measurePeakGflops());
    run(plain);
    run(penalised);
    if (peer) {
      measure(peer, options.seconds / rounds, peerBest);
    }
  }
  double overhead = 100 * (penalised.best / plain.best - 1);
  const plan::Schedule &s = plain.plan.schedule;
  printf("%-34s %9.2f us", c.name, plain.best * 1e6);
  if (c.flops > 0) {
    double gflops = c.flops * c.batch / plain.best * 1e-9;
    printf(" %7.1f GFLOP/s %5.1f %% of %.0f", gflops, 100 * gflops / peak,
           peak);
  } else {
    printf(" %7.1f GB/s                    ", plain.bytes / plain.best * 1e-9);
  }
  printf("  penalty %+6.1f %%", overhead);
  if (peer) {
    printf("  oneDNN / this %.2f", peerBest / plain.best);
  }
  if (options.listSchedules) {
    printf("  %ldx%ldx%ld strip %ld order %ld unroll %ld, compiled in %.2f s",
           long(s.vectors), long(s.vector), long(s.points), long(s.strip),
           long(s.order), long(s.unroll), plain.compileSeconds);
  }
  printf("\n");
  fflush(stdout);
}

Behind layer(bool penalty) {
  Behind b;
  b.bias = true;
  b.activation = Activation::Relu;
  b.penalty = penalty;
  return b;
}

Case dense(const char *name, int64_t batch, int64_t inputs, int64_t units) {
  return {
      name, batch, 2.0 * inputs * units,
      [=](bool penalty) { return densePlan(inputs, units, layer(penalty)); },
      bench::PeerLayer{batch, 1, inputs, units, 1}};
}

Window window(int64_t size, int64_t channels, int64_t kernel,
              int64_t stride = 1, int64_t low = 0, int64_t high = 0) {
  Window w{size, size, channels, kernel, kernel};
  w.stride = stride;
  w.padLow = low;
  w.padHigh = high;
  return w;
}

Case conv(const char *name, int64_t batch, const Window &w, int64_t filters) {
  double flops = 2.0 * w.outHeight() * w.outWidth() * filters * w.channels *
                 w.kernelHeight * w.kernelWidth;
  return {name, batch, flops,
          [=](bool penalty) { return convPlan(w, filters, 1, layer(penalty)); },
          bench::PeerLayer{batch, w.width, w.channels, filters, w.kernelWidth,
                           w.stride, w.padLow, w.padHigh}};
}

Case depthwise(const char *name, int64_t batch, const Window &w) {
  double flops = 2.0 * w.outHeight() * w.outWidth() * w.channels *
                 w.kernelHeight * w.kernelWidth;
  return {name, batch, flops,
          [=](bool penalty) { return depthwisePlan(w, 1, layer(penalty)); },
          bench::PeerLayer{batch, w.width, w.channels, w.channels,
                           w.kernelWidth, w.stride, w.padLow, w.padHigh,
                           w.channels}};
}

std::vector<Case> allCases() {
  Behind relu, tanh, gelu;
  relu.activation = Activation::Relu;
  tanh.activation = Activation::Tanh;
  gelu.activation = Activation::Gelu;
  auto with = [](Behind b, bool penalty) {
    b.penalty = penalty;
    return b;
  };
  Window image = window(56, 64, 1), pooled = window(20, 16, 2, 2);
  return {
      conv("conv 3x3 64-64 56x56, N=1", 1, window(56, 64, 3, 1, 1, 1), 64),
      conv("conv 3x3 64-64 56x56, N=4", 4, window(56, 64, 3, 1, 1, 1), 64),
      dense("dense 256x784x1024", 256, 784, 1024),
      dense("dense 255x784x1024", 255, 784, 1024),
      dense("dense 1x1024x1024", 1, 1024, 1024),
      conv("conv 6x6/3 3-16 64x64, N=32", 32, window(64, 3, 6, 3), 16),
      conv("conv 6x6/3 3-16 64x64, N=1", 1, window(64, 3, 6, 3), 16),
      {"maxpool 2x2/2 20x20x16, N=32", 32, 0,
       [=](bool p) { return poolPlan(pooled, true, with({}, p)); }},
      {"maxpool 2x2/2 20x20x16, N=1", 1, 0,
       [=](bool p) { return poolPlan(pooled, true, with({}, p)); }},
      dense("dense 256x784x32", 256, 784, 32),
      dense("dense 1x784x32", 1, 784, 32),
      dense("dense 256x32x784", 256, 32, 784),
      dense("dense 1x32x784", 1, 32, 784),
      dense("dense 512x640x128", 512, 640, 128),
      dense("dense 1x640x128", 1, 640, 128),
      dense("dense 512x128x8", 512, 128, 8),
      dense("dense 1x128x8", 1, 128, 8),
      dense("dense 32x1600x10", 32, 1600, 10),
      {"softmax 512x8", 512, 0, [](bool p) { return softmaxPlan(1, 8, p); }},
      {"softmax 256x1000", 256, 0,
       [](bool p) { return softmaxPlan(1, 1000, p); }},
      conv("conv 1x1 24-144 56x56, N=4", 4, window(56, 24, 1), 144),
      conv("conv 3x3/2 3-32 112x112, N=1", 1, window(112, 3, 3, 2, 0, 1), 32),
      conv("conv 3x3 512-512 7x7, N=1", 1, window(7, 512, 3, 1, 1, 1), 512),
      depthwise("depthwise 3x3 144 56x56, N=4", 4, window(56, 144, 3, 1, 1, 1)),
      depthwise("depthwise 3x3/2 144 56x56, N=4", 4,
                window(56, 144, 3, 2, 0, 1)),
      {"global average 7x7x1280, N=4", 4, 0,
       [](bool p) {
         Behind b;
         b.penalty = p;
         return globalPoolPlan(window(7, 1280, 1), false, b);
       }},
      {"relu 56x56x64, N=4", 4, 0,
       [=](bool p) { return elementwisePlan(image, with(relu, p)); }},
      {"tanh 56x56x64, N=4", 4, 0,
       [=](bool p) { return elementwisePlan(image, with(tanh, p)); }},
      {"gelu 56x56x64, N=4", 4, 0,
       [=](bool p) { return elementwisePlan(image, with(gelu, p)); }},
  };
}

void addOptions(CLI::App &app, Options &options) {
  app.add_option("--only", options.only, "cases whose name has this text");
  app.add_option_function<std::string>(
      "--target",
      [&](const std::string &text) {
        std::string problem;
        auto target = parseTarget(text, problem);
        if (!target) {
          throw CLI::ValidationError("--target", problem);
        }
        options.target = *target;
      },
      "the machine that the kernels are made for (default: this one)");
  app.add_option("--seconds", options.seconds, "of each build of a case")
      ->check(CLI::Range(1e-3, 1e3))
      ->capture_default_str();
  app.add_flag("--schedules", options.listSchedules, "print the schedules");
  std::pair<const char *, int64_t *> overrides[] = {
      {"--vectors", &options.vectors}, {"--points", &options.points},
      {"--strip", &options.strip},     {"--unroll", &options.unroll},
      {"--order", &options.order},
  };
  for (auto [flag, value] : overrides) {
    app.add_option(flag, *value, "instead of what the model chooses")
        ->check(CLI::Range(0, 1 << 20));
  }
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("times single kernels against the core's multiply-add peak");
  Options options;
  addOptions(app, options);
  CLI11_PARSE(app, argc, argv);
  for (const Case &c : allCases()) {
    if (std::string_view(c.name).find(options.only) != std::string_view::npos) {
      report(c, options);
    }
  }
  return 0;
}
