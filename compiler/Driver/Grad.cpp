// `kregc grad`: loss and gradients of one batch, and their check against
// central differences.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/TrainingModel.h"
#include "compiler/Driver/Verbs.h"
#include "frontends/Container/Npz.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <numeric>
#include <random>

using namespace llvm;

namespace kregc::driver {
namespace {

/// The gradient of one weight.
struct Gradient {
  kreg_tensor weight;
  std::vector<float> values;
};

struct Gradients {
  kreg_step_result result;
  std::vector<double> penalties;
  std::vector<Gradient> weights;
};

Expected<Gradients> compute(TrainingModel &model, const Batch &batch) {
  Gradients all;
  std::vector<float *> pointers;
  for (const kreg_tensor &weight : model.weights()) {
    if (weight.trainable) {
      all.weights.push_back({weight, std::vector<float>(weight.elements)});
    }
  }
  for (Gradient &gradient : all.weights) {
    pointers.push_back(gradient.values.data());
  }
  if (Error error = model.gradients(batch, pointers, all.result)) {
    return std::move(error);
  }
  size_t sites = ModelOutputs(model.model(), 1).penalties.size();
  all.penalties.assign(all.result.activity_penalties,
                       all.result.activity_penalties + sites);
  return all;
}

std::vector<NpzArray> toArrays(const Gradients &all) {
  std::vector<NpzArray> arrays = {
      NpzArray::ofDouble("loss", {}, all.result.loss),
      NpzArray::ofDouble("data_loss", {}, all.result.data_loss),
      NpzArray::ofDouble("penalties",
                         {static_cast<int64_t>(all.penalties.size())},
                         all.penalties)};
  for (const Gradient &gradient : all.weights) {
    arrays.push_back(
        NpzArray::ofFloat("grad/" + std::string(gradient.weight.path),
                          ArrayRef(gradient.weight.shape, gradient.weight.rank),
                          gradient.values));
  }
  return arrays;
}

//===----------------------------------------------------------------------===//
// Central differences
//===----------------------------------------------------------------------===//

/// What the check of one weight found.
struct Difference {
  std::string path;
  double derivative = 0, quotient = 0, relative = 0;
};

/// Moves a weight by ±h along a random direction d and compares
/// (L(w + h·d) - L(w - h·d)) / 2h with the gradient's product with d. Both
/// sides use the same noise. The loss is a sum in float32, so the quotient has
/// an error of about |L|·2^-24·n^½ / h beside the one of order h²; h = 2^-7
/// of the weight's size keeps both small. A relative error is taken from
/// the size of the gradient, |g|·|d|/√n·…, not from the product, which may
/// vanish.
///
/// A ReLU or a pool that changes sides between the two points adds an error of
/// order h, so where the quotient is off, smaller steps are tried as long as
/// rounding leaves two digits: an error that is the gradient's own stays.
Expected<Difference> compare(TrainingModel &model, const Batch &batch,
                             const Gradient &gradient, std::mt19937 &random) {
  int64_t count = gradient.weight.elements;
  float *values = gradient.weight.data;
  std::vector<float> before(values, values + count), direction(count);
  double size = 0;
  for (int64_t i = 0; i < count; ++i) {
    // The sign of the gradient, so that nothing cancels; ±1 where it is 0.
    direction[i] = gradient.values[i] > 0   ? 1.0f
                   : gradient.values[i] < 0 ? -1.0f
                   : random() & 1           ? 1.0f
                                            : -1.0f;
    size += std::abs(before[i]);
  }
  double step = std::max(size / static_cast<double>(count), 0.05) / 128;
  auto loss = [&](double by, kreg_step_result &result) -> Error {
    for (int64_t i = 0; i < count; ++i) {
      values[i] = static_cast<float>(before[i] + by * direction[i]);
    }
    std::vector<float *> pointers;
    std::vector<std::vector<float>> ignored;
    for (const kreg_tensor &weight : model.weights()) {
      if (weight.trainable) {
        ignored.emplace_back(weight.elements);
      }
    }
    for (std::vector<float> &array : ignored) {
      pointers.push_back(array.data());
    }
    Error error = model.gradients(batch, pointers, result);
    return error;
  };
  Difference best;
  best.path = gradient.weight.path;
  best.relative = INFINITY;
  for (int halvings = 0; halvings < 8; halvings += 2, step /= 4) {
    kreg_step_result up, down;
    Error error = joinErrors(loss(step, up), loss(-step, down));
    std::copy(before.begin(), before.end(), values);
    if (error) {
      return std::move(error);
    }
    double slope = 0;
    for (int64_t i = 0; i < count; ++i) {
      // What the gradient was really multiplied with.
      double moved = static_cast<double>(
                         static_cast<float>(before[i] + step * direction[i])) -
                     static_cast<double>(
                         static_cast<float>(before[i] - step * direction[i]));
      slope += gradient.values[i] * moved / (2 * step);
    }
    double quotient = (up.loss - down.loss) / (2 * step);
    // What rounding of the losses alone may make of a gradient that is 0.
    double rounding = 4 *
                      std::ldexp(std::abs(up.loss) + std::abs(down.loss), -24) /
                      (2 * step);
    double wrong = std::max(std::abs(slope - quotient) - rounding, 0.0);
    double scale = std::max(std::abs(slope), std::abs(quotient));
    if (halvings > 0 && rounding > 0.01 * scale) {
      break;
    }
    double relative = scale > 0 ? wrong / scale : 0;
    if (halvings == 0 || relative < best.relative) {
      best.derivative = slope;
      best.quotient = quotient;
      best.relative = std::isnan(relative) ? INFINITY : relative;
    }
    if (best.relative < 0.001) {
      break;
    }
  }
  return best;
}

/// Prints a line per weight and the worst one; an error if that is too much.
Error checkGradients(TrainingModel &model, const Batch &batch,
                     const Gradients &all) {
  constexpr double allowed = 0.02;
  std::mt19937 random(1);
  Difference worst;
  for (const Gradient &gradient : all.weights) {
    auto difference = compare(model, batch, gradient, random);
    if (!difference) {
      return difference.takeError();
    }
    outs() << left_justify(difference->path, 32)
           << format(" derivative %13.6g  difference %13.6g  relative error "
                     "%.2g\n",
                     difference->derivative, difference->quotient,
                     difference->relative);
    if (difference->relative >= worst.relative) {
      worst = *difference;
    }
  }
  outs() << format("worst relative error %.2g", worst.relative)
         << (worst.path.empty() ? "" : ", at " + worst.path) << "\n";
  if (!(worst.relative <= allowed)) {
    return unsupported("grad: the gradient of '" + worst.path +
                       "' differs from central differences; a kink of the "
                       "model near these values can be the reason");
  }
  return Error::success();
}

} // namespace

Error grad(const Options &options) {
  if (options.outputs.empty() && !options.check) {
    return badInput("grad: say --outputs NPZ for the gradients, --check for a "
                    "comparison with central differences, or both");
  }
  Expected<keras::Model> model = readTrainingModel(options);
  if (!model) {
    return model.takeError();
  }
  Expected<Dataset> data = Dataset::open(*model, options.data);
  if (!data) {
    return data.takeError();
  }
  Batch batch;
  std::vector<int64_t> rows(data->samples());
  std::iota(rows.begin(), rows.end(), 0);
  if (Error error = data->gather(rows, batch)) {
    return error;
  }
  Expected<TrainingModel> training =
      TrainingModel::load(options, std::move(*model));
  if (!training) {
    return training.takeError();
  }
  Expected<Gradients> gradients = compute(*training, batch);
  if (!gradients) {
    return gradients.takeError();
  }
  if (!options.outputs.empty()) {
    if (Error error = writeNpz(options.outputs, toArrays(*gradients))) {
      return error;
    }
  }
  return options.check ? checkGradients(*training, batch, *gradients)
                       : Error::success();
}

} // namespace kregc::driver
