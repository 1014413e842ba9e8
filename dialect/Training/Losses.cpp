// The formulas of the losses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/Losses.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>
#include <functional>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

constexpr double kEpsilon = 1e-7; // keras.config.epsilon()

LossSpec LossSpec::get(DictionaryAttr attribute) {
  LossSpec spec;
  auto number = [&](StringRef name, double &into) {
    if (auto value = attribute.getAs<FloatAttr>(name)) {
      into = value.getValueAsDouble();
    }
  };
  auto text = [&](StringRef name, std::string &into) {
    if (auto value = attribute.getAs<StringAttr>(name)) {
      into = value.str();
    }
  };
  auto flag = [&](StringRef name, bool &into) {
    if (auto value = attribute.getAs<BoolAttr>(name)) {
      into = value.getValue();
    }
  };
  text("kind", spec.kind);
  text("reduction", spec.reduction);
  number("weight", spec.weight);
  flag("from_logits", spec.fromLogits);
  flag("cached_logits", spec.cachedLogits);
  number("label_smoothing", spec.labelSmoothing);
  number("delta", spec.delta);
  number("alpha", spec.alpha);
  number("gamma", spec.gamma);
  flag("apply_class_balancing", spec.classBalancing);
  return spec;
}

bool training::hasSparseTarget(StringRef kind) {
  return kind == "sparse_categorical_crossentropy";
}

namespace {

/// One loss of predictions p and targets t; all reduce the last axis.
struct Loss {
  const LossSpec &spec;
  Term p, t;

  int64_t axis() const { return p.type().getRank() - 1; }
  int64_t classes() const { return p.type().getShape().back(); }
  Term sum(const Term &x, bool keep = false) const {
    return x.reduce(ReduceKind::Sum, {axis()}, keep);
  }
  Term mean(const Term &x) const {
    return x.reduce(ReduceKind::Mean, {axis()}, false);
  }
  Term clipped(const Term &x, double low, double high) const {
    return min(max(x, low), high);
  }

  /// The argument of the softmax or sigmoid that made the predictions, or the
  /// predictions themselves where they are logits.
  std::optional<Term> logits(bool softmax) const;
  Term logSumExp(const Term &z) const;
  Term smoothed(double towards) const;
  Term signs() const;

  Term categoricalCrossentropy(const Term &target) const;
  Term binaryCrossentropyEntries(const Term &target) const;
  Term binaryFocal() const;
  Term categoricalFocal() const;
  Term huber() const;
  Term logarithmic() const;
  Term hinge(bool squared) const;
  Term categoricalHinge() const;
  Term divergence() const;
  Term cosine() const;
  std::optional<Term> value() const;
};

} // namespace

std::optional<Term> Loss::logits(bool softmax) const {
  if (spec.fromLogits) {
    return p;
  }
  if (!spec.cachedLogits) {
    return std::nullopt;
  }
  if (auto op = p.value.getDefiningOp<SoftmaxOp>();
      op && softmax && int64_t(op.getAxis()) == axis()) {
    return p.with(op.getX());
  }
  if (auto op = p.value.getDefiningOp<UnaryOp>();
      op && !softmax && op.getKind() == UnaryKind::Sigmoid) {
    return p.with(op.getX());
  }
  return std::nullopt;
}

/// max + log Σ exp(z - max). The maximum only keeps exp from overflowing: its
/// gradient is zero in sum, so none is computed.
Term Loss::logSumExp(const Term &z) const {
  Term largest = z.reduce(ReduceKind::Max, {axis()}, true);
  largest.value.getDefiningOp()->setAttr("kreg.no_gradient",
                                         UnitAttr::get(p.value.getContext()));
  return largest + log(sum(exp(z - largest), /*keep=*/true));
}

Term Loss::smoothed(double towards) const {
  return spec.labelSmoothing == 0
             ? t
             : t * (1 - spec.labelSmoothing) + spec.labelSmoothing * towards;
}

Term Loss::categoricalCrossentropy(const Term &target) const {
  if (std::optional<Term> z = logits(/*softmax=*/true)) {
    return sum(target * (logSumExp(*z) - *z));
  }
  Term share = p / sum(p, /*keep=*/true);
  return -sum(target * log(clipped(share, kEpsilon, 1 - kEpsilon)));
}

Term Loss::binaryCrossentropyEntries(const Term &target) const {
  if (std::optional<Term> z = logits(/*softmax=*/false)) {
    // -t·log σ(z) - (1 - t)·log σ(-z) = softplus(z) - t·z
    return softplus(*z) - target * *z;
  }
  Term q = clipped(p, kEpsilon, 1 - kEpsilon);
  return -(target * log(q) + (1.0 - target) * log(1.0 - q));
}

/// x^gamma of x >= 0.
static Term power(const Term &x, double gamma) {
  if (gamma == 2) {
    return square(x);
  }
  return exp(gamma * log(max(x, kEpsilon)));
}

Term Loss::binaryFocal() const {
  Term target = smoothed(0.5);
  Term q = spec.fromLogits ? sigmoid(p) : p;
  // Keras clips before it weighs; the crossentropy clips again.
  Term hit = target * q + (1.0 - target) * (1.0 - q);
  Term value = power(1.0 - hit, spec.gamma) * binaryCrossentropyEntries(target);
  if (spec.classBalancing) {
    value = (target * spec.alpha + (1.0 - target) * (1 - spec.alpha)) * value;
  }
  return mean(value);
}

Term Loss::categoricalFocal() const {
  Term target = smoothed(1.0 / double(classes()));
  Term q = p;
  if (spec.fromLogits) {
    q = p.with(SoftmaxOp::create(*p.builder, p.loc, p.value.getType(), p.value,
                                 axis()));
  }
  q = clipped(q / sum(q, /*keep=*/true), kEpsilon, 1 - kEpsilon);
  return sum(spec.alpha * power(1.0 - q, spec.gamma) * -(target * log(q)));
}

Term Loss::huber() const {
  Term error = abs(p - t), inside = step(spec.delta - error);
  // Both pieces agree at |e| = δ.
  return mean(inside * (0.5 * square(error)) +
              (1.0 - inside) *
                  (spec.delta * error - 0.5 * spec.delta * spec.delta));
}

Term Loss::logarithmic() const {
  return mean(
      square(log(max(p, kEpsilon) + 1.0) - log(max(t, kEpsilon) + 1.0)));
}

/// Keras takes targets for signs unless all of the batch are 0 or 1: those
/// become -1 and 1. t·(t - 1) is 0 for 0 and 1 only.
Term Loss::signs() const {
  auto one = RankedTensorType::get({1}, t.type().getElementType());
  Term others = abs(t * (t - 1.0));
  Term isBinary = 1.0 - step(others.reduceTo(one));
  return t + isBinary * (t - 1.0);
}

Term Loss::hinge(bool squared) const {
  Term margin = relu(1.0 - signs() * p);
  return mean(squared ? square(margin) : margin);
}

Term Loss::categoricalHinge() const {
  Term pos = sum(t * p);
  Term neg = ((1.0 - t) * p).reduce(ReduceKind::Max, {axis()}, false);
  return relu(neg - pos + 1.0);
}

Term Loss::divergence() const {
  Term a = clipped(t, kEpsilon, 1), b = clipped(p, kEpsilon, 1);
  return sum(a * log(a / b));
}

Term Loss::cosine() const {
  auto unit = [&](const Term &x) {
    Term norm = sqrt(max(sum(square(x), /*keep=*/true), kEpsilon * kEpsilon));
    return x / norm;
  };
  return -sum(unit(t) * unit(p));
}

std::optional<Term> Loss::value() const {
  Term error = p - t;
  return llvm::StringSwitch<std::function<std::optional<Term>()>>(spec.kind)
      .Case("mean_squared_error", [&] { return mean(square(error)); })
      .Case("mean_absolute_error", [&] { return mean(abs(error)); })
      .Case("mean_absolute_percentage_error",
            [&] { return 100.0 * mean(abs(error) / max(abs(t), kEpsilon)); })
      .Case("mean_squared_logarithmic_error", [&] { return logarithmic(); })
      .Case("huber", [&] { return huber(); })
      .Case(
          "log_cosh",
          [&] { return mean(error + softplus(-2.0 * error) - std::log(2.0)); })
      .Cases({"categorical_crossentropy", "sparse_categorical_crossentropy"},
             [&] {
               return categoricalCrossentropy(
                   smoothed(1.0 / double(classes())));
             })
      .Case("binary_crossentropy",
            [&] { return mean(binaryCrossentropyEntries(smoothed(0.5))); })
      .Case("binary_focal_crossentropy", [&] { return binaryFocal(); })
      .Case("categorical_focal_crossentropy",
            [&] { return categoricalFocal(); })
      .Case("hinge", [&] { return hinge(false); })
      .Case("squared_hinge", [&] { return hinge(true); })
      .Case("categorical_hinge", [&] { return categoricalHinge(); })
      .Case("kl_divergence", [&] { return divergence(); })
      .Case("poisson", [&] { return mean(p - t * log(p + kEpsilon)); })
      .Case("cosine_similarity", [&] { return cosine(); })
      .Default([] { return std::nullopt; })();
}

std::optional<Term> training::lossPerEntry(const LossSpec &spec,
                                           const Term &prediction,
                                           const Term &target) {
  return Loss{spec, prediction, target}.value();
}
