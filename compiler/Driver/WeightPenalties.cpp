// The weight penalties of a model: numbers of the file alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/WeightPenalties.h"

#include "compiler/Driver/Sites.h"

#include <algorithm>
#include <cmath>

namespace kregc::driver {
namespace {

/// l1·Σ|w| + l2·Σw².
double sumL1L2(const keras::Regularizer &regularizer,
               const std::vector<float> &values) {
  double absolute = 0, squared = 0;
  for (double value : values) {
    absolute += std::abs(value);
    squared += value * value;
  }
  return regularizer.l1 * absolute + regularizer.l2 * squared;
}

/// Keras' OrthogonalRegularizer: the mean of |cos| over the pairs of rows (or
/// columns) of a matrix, times the factor.
double orthogonal(const keras::Regularizer &regularizer,
                  const keras::Weight &weight) {
  int64_t rows = weight.shape[0], columns = weight.shape[1];
  int64_t count = regularizer.rows ? rows : columns;
  int64_t length = regularizer.rows ? columns : rows;
  auto at = [&](int64_t vector, int64_t i) -> double {
    return (*weight.data)[regularizer.rows ? vector * columns + i
                                           : i * columns + vector];
  };
  auto dot = [&](int64_t a, int64_t b) {
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) {
      sum += at(a, i) * at(b, i);
    }
    return sum;
  };
  double sum = 0;
  for (int64_t a = 0; a < count; ++a) {
    for (int64_t b = 0; b < a; ++b) {
      double norms = std::sqrt(dot(a, a) * dot(b, b));
      sum += norms > 0 ? std::abs(dot(a, b)) / norms : 0;
    }
  }
  double pairs =
      static_cast<double>(count) * static_cast<double>(count - 1) / 2;
  return regularizer.factor * sum / pairs; // one vector: 0/0, as in Keras
}

double valueOf(const keras::Weight &weight) {
  if (!weight.data) {
    return 0;
  }
  bool matrix = weight.shape.size() == 2;
  return weight.regularizer->kind == keras::Regularizer::Kind::Orthogonal &&
                 matrix
             ? orthogonal(*weight.regularizer, weight)
             : sumL1L2(*weight.regularizer, *weight.data);
}

} // namespace

std::vector<double> weightPenalties(const keras::Model &model) {
  std::vector<bool> used = liveLayers(model);
  std::vector<double> values;
  for (size_t i = 0; i < model.layers.size(); ++i) {
    for (const keras::Weight &weight : model.layers[i].weights) {
      if (used[i] && isApplied(model, weight)) {
        values.push_back(valueOf(weight));
      }
    }
  }
  return values;
}

} // namespace kregc::driver
