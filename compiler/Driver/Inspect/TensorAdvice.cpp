// What the penalised tensor says about a penalty: constants, noise before it,
// masks, its size.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/Advice.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace kregc::keras;

namespace kregc::driver {
namespace {

/// The extent of some axes of a tensor together, -1 if it is not known.
int64_t extentOf(const Shape &shape, llvm::ArrayRef<int64_t> axes) {
  int64_t rank = static_cast<int64_t>(shape.size()), extent = 1;
  for (int64_t axis : axes) {
    int64_t at = axis < 0 ? axis + rank : axis;
    if (at <= 0 || at >= rank || shape[at] < 0) {
      return -1;
    }
    extent *= shape[at];
  }
  return extent;
}

Regularizer only(double l1, double l2) {
  Regularizer regularizer;
  regularizer.className = l1 != 0 ? "L1" : "L2";
  regularizer.l1 = l1;
  regularizer.l2 = l2;
  return regularizer;
}

/// The axes along which a layer makes numbers that sum to one, if it does.
std::vector<int64_t> softmaxAxes(const LayerConfig &config) {
  if (const auto *softmax = std::get_if<SoftmaxConfig>(&config)) {
    return softmax->axes;
  }
  if (const auto *layer = std::get_if<ActivationConfig>(&config)) {
    return layer->activation.name == "softmax"
               ? std::vector<int64_t>{layer->activation.axis}
               : std::vector<int64_t>{};
  }
  return activationOf(config) == "softmax" ? std::vector<int64_t>{-1}
                                           : std::vector<int64_t>{};
}

void adviseOnConstants(const ModelFacts &facts, const Site &site,
                       Findings &findings) {
  int source = facts.elementsOf(site.tensor);
  const Shape &shape = facts.model.calls[source].shape;
  // Axes of a layer in a TimeDistributed count from the back as well here:
  // Keras' defaults do.
  auto add = [&](const char *sum, const char *what,
                 const std::vector<int64_t> &axes, const Regularizer &part) {
    int64_t elements = elementsPerSample(shape), row = extentOf(shape, axes);
    if (elements > 0 && row > 0) {
      findings.push_back(makeWarning(WarningId::ConstantPenalty, site.layer,
                                     sum, what, elements / row,
                                     describe(part)));
    }
  };
  const LayerConfig &config = facts.configOf(source);
  std::vector<int64_t> axes = softmaxAxes(config);
  if (!axes.empty() && site.regularizer.l1 != 0) {
    add("Σ|x|", "softmax", axes, only(site.regularizer.l1, 0));
  }
  const auto *unit = std::get_if<UnitNormConfig>(&config);
  if (unit && site.regularizer.l2 != 0) {
    add("Σx²", "UnitNormalization", unit->axes, only(0, site.regularizer.l2));
  }
}

/// The weights of a normalisation whose output has a size of its own, or "".
std::string weightsOfNormalisation(const Layer &layer,
                                   const LayerConfig &config) {
  if (std::holds_alternative<BatchNormConfig>(config)) {
    // Frozen, it works with the statistics that it has.
    return layer.trainable ? "gamma and beta" : "";
  }
  if (const auto *norm = std::get_if<LayerNormConfig>(&config)) {
    return norm->rms ? norm->scaleName : "gamma and beta";
  }
  return std::holds_alternative<GroupNormConfig>(config) ? "gamma and beta"
                                                         : "";
}

void adviseOnNormalisation(const ModelFacts &facts, const Site &site,
                           Findings &findings) {
  int source = facts.elementsOf(site.tensor);
  std::string weights =
      weightsOfNormalisation(facts.layerOf(source), facts.configOf(source));
  if (!weights.empty() && site.regularizer.l2 != 0) {
    findings.push_back(makeWarning(WarningId::NearConstantPenalty, site.layer,
                                   facts.layerOf(source).className, weights));
  }
}

/// The layer of noise before a tensor, through what keeps the law of dropout:
/// moves of elements and functions with f(c·x) = c·f(x) for c > 0.
int noiseBefore(const ModelFacts &facts, int call) {
  for (;;) {
    call = facts.elementsOf(call);
    const LayerConfig &config = facts.configOf(call);
    std::string function = activationOf(config);
    bool keeps = std::holds_alternative<ActivationConfig>(config) &&
                 (function == "relu" || function == "leaky_relu");
    if (!keeps) {
      return call;
    }
    call = facts.model.calls[call].inputs[0].call;
  }
}

void adviseOnNoise(const ModelFacts &facts, const Site &site,
                   Findings &findings) {
  double l2 = site.regularizer.l2;
  if (l2 == 0) {
    return;
  }
  int call = noiseBefore(facts, site.tensor);
  const LayerConfig &config = facts.configOf(call);
  const std::string &name = facts.layerOf(call).name;
  double rate = 0;
  if (const auto *dropout = std::get_if<DropoutConfig>(&config)) {
    rate = dropout->rate;
  } else if (const auto *noise = std::get_if<NoiseConfig>(&config)) {
    int64_t elements = elementsPerSample(facts.model.calls[call].shape);
    if (noise->kind == NoiseConfig::Kind::GaussianDropout) {
      rate = noise->amount;
    } else if (noise->kind == NoiseConfig::Kind::GaussianNoise &&
               noise->amount > 0 && elements > 0) {
      findings.push_back(makeWarning(WarningId::BehindNoise, site.layer, name,
                                     number(static_cast<double>(elements) *
                                            noise->amount * noise->amount)));
    }
  }
  if (rate > 0 && rate < 1) {
    findings.push_back(makeWarning(WarningId::BehindDropout, site.layer, name,
                                   number(rate), number(1 / (1 - rate)),
                                   number(l2 * (1 - rate))));
  }
}

/// The tensor that layers of noise work on.
int beforeNoise(const ModelFacts &facts, int call) {
  for (;;) {
    call = facts.valueOf(call);
    const LayerConfig &config = facts.configOf(call);
    if (!std::holds_alternative<DropoutConfig>(config) &&
        !std::holds_alternative<NoiseConfig>(config)) {
      return call;
    }
    call = facts.model.calls[call].inputs[0].call;
  }
}

void adviseOnPlace(const ModelFacts &facts, const Site &site,
                   Findings &findings) {
  int source = facts.valueOf(site.tensor);
  const LayerConfig &config = facts.configOf(source);
  std::vector<int> users = facts.usersOf(source);
  bool allActivations = !users.empty() && llvm::all_of(users, [&](int user) {
    return user >= 0 && isActivationLayer(facts.configOf(user));
  });
  if (allActivations && activationOf(config) == "linear") {
    findings.push_back(
        makeWarning(WarningId::BeforeActivation, site.layer,
                    "layer '" + facts.layerOf(users.front()).name + "'"));
  }
  if (std::holds_alternative<PoolConfig>(config)) {
    int before = beforeNoise(facts, facts.model.calls[source].inputs[0].call);
    findings.push_back(
        makeWarning(WarningId::BehindPooling, site.layer,
                    elementsPerSample(facts.model.calls[source].shape),
                    elementsPerSample(facts.model.calls[before].shape),
                    facts.layerOf(before).name));
  }
}

} // namespace

void adviseOnTensor(const ModelFacts &facts, const Site &site,
                    Findings &findings) {
  if (!facts.isTrained(site.tensor)) {
    findings.push_back(makeWarning(WarningId::NoGradient, site.layer,
                                   describe(site.regularizer)));
  }
  if (int mask = facts.maskOf(site.tensor); mask >= 0) {
    findings.push_back(makeWarning(WarningId::MaskedSteps, site.layer,
                                   facts.layerOf(mask).name));
  }
  if (site.regularizer.kind == Regularizer::Kind::Orthogonal) {
    return;
  }
  adviseOnConstants(facts, site, findings);
  adviseOnNormalisation(facts, site, findings);
  adviseOnNoise(facts, site, findings);
  adviseOnPlace(facts, site, findings);
}

/// "6·6·4 = 144 numbers a sample, where …"; empty for tensors without
/// positions.
static std::string sizeOf(const Site &site) {
  int64_t elements = elementsPerSample(site.shape);
  if (site.shape.size() < 3 || elements <= 0 || elements == site.shape.back()) {
    return "";
  }
  auto extents = llvm::map_range(llvm::drop_begin(site.shape),
                                 [](int64_t e) { return std::to_string(e); });
  return llvm::join(extents, "·") + " = " + std::to_string(elements) +
         " numbers a sample, where " + describe(site.regularizer) +
         " weighs like " +
         describe(scaled(site.regularizer, static_cast<double>(elements))) +
         " on their mean";
}

void adviseOnSizes(const ModelFacts &facts, Findings &findings) {
  std::vector<std::pair<std::string, std::string>> sizes; // of layers
  for (const Site &site : facts.sites) {
    std::string size =
        isCounted(site) && site.regularizer.kind == Regularizer::Kind::L1L2
            ? sizeOf(site)
            : "";
    if (!size.empty() &&
        !llvm::is_contained(sizes, std::pair(site.layer, size))) {
      sizes.emplace_back(site.layer, size);
    }
  }
  if (sizes.size() == 1) {
    findings.push_back(makeWarning(WarningId::GrowsWithResolution,
                                   sizes[0].first, sizes[0].second));
  } else if (!sizes.empty()) {
    auto texts = llvm::map_range(sizes, [](const auto &size) {
      return "layer '" + size.first + "' " + size.second;
    });
    findings.push_back(makeWarning(WarningId::GrowsWithResolution, "",
                                   llvm::join(texts, "; ")));
  }
}

} // namespace kregc::driver
