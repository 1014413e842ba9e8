// Facts about the tensors of a Model, found in one sweep over its calls.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/ModelFacts.h"

#include "frontends/Keras/Masks.h"
#include "frontends/Keras/Reader.h"

#include "llvm/ADT/STLExtras.h"

#include <type_traits>

using namespace kregc::keras;

namespace kregc::driver {
namespace {

template <typename... Configs>
bool isAnyOf(const LayerConfig &config) {
  return (std::holds_alternative<Configs>(config) || ...);
}

template <typename Config, typename = void>
struct HasActivation : std::false_type {};
template <typename Config>
struct HasActivation<Config, std::void_t<decltype(Config::activation)>>
    : std::true_type {};

const LayerConfig *unwrap(const LayerConfig *config) {
  const auto *wrapper = std::get_if<TimeDistributedConfig>(config);
  return wrapper ? unwrap(&wrapper->layer->config) : config;
}

} // namespace

std::string activationOf(const LayerConfig &config) {
  if (isAnyOf<SoftmaxConfig>(config)) {
    return "softmax";
  }
  if (isAnyOf<PReluConfig>(config)) {
    return "prelu";
  }
  return std::visit(
      [](const auto &each) -> std::string {
        if constexpr (HasActivation<std::decay_t<decltype(each)>>::value) {
          return each.activation.name;
        } else {
          return "linear";
        }
      },
      config);
}

bool isActivationLayer(const LayerConfig &config) {
  return isAnyOf<SoftmaxConfig, PReluConfig>(config) ||
         (isAnyOf<ActivationConfig>(config) &&
          activationOf(config) != "linear");
}

int64_t elementsPerSample(const Shape &shape) {
  int64_t elements = 1;
  for (size_t i = 1; i < shape.size(); ++i) {
    if (shape[i] < 0) {
      return -1;
    }
    elements *= shape[i];
  }
  return elements;
}

ModelFacts::ModelFacts(const Model &model)
    : model(model), sites(collectSites(model)), live(liveCalls(model)),
      readers(model.calls.size()), trained(model.calls.size()),
      isOutput(model.calls.size()), masks(model.calls.size(), -1) {
  for (const TensorRef &output : model.outputs) {
    isOutput[output.call] = true;
  }
  Masks known(model);
  // Calls are in topological order.
  for (int i = 0, end = static_cast<int>(model.calls.size()); i < end; ++i) {
    const Layer &layer = layerOf(i);
    trained[i] = llvm::any_of(
        layer.weights, [](const Weight &weight) { return weight.trainable; });
    known.note(i);
    if (std::optional<MaskSource> mask = known.of({i, 0})) {
      masks[i] = mask->embedding;
    }
    for (const TensorRef &input : model.calls[i].inputs) {
      trained[i] = trained[i] || trained[input.call];
      if (live[i]) {
        readers[input.call].push_back(i);
      }
    }
  }
}

const Layer &ModelFacts::layerOf(int call) const {
  return model.layers[model.calls[call].layer];
}

const LayerConfig &ModelFacts::configOf(int call) const {
  return *unwrap(&layerOf(call).config);
}

bool ModelFacts::isIdentity(int call) const {
  const LayerConfig &config = configOf(call);
  const auto *dropout = std::get_if<DropoutConfig>(&config);
  return isAnyOf<ActivityRegularizationConfig, IdentityConfig>(config) ||
         (isAnyOf<ActivationConfig>(config) &&
          activationOf(config) == "linear") ||
         (dropout && dropout->rate == 0);
}

int ModelFacts::valueOf(int call) const {
  while (isIdentity(call) && model.calls[call].inputs.size() == 1) {
    call = model.calls[call].inputs[0].call;
  }
  return call;
}

int ModelFacts::elementsOf(int call) const {
  for (;;) {
    call = valueOf(call);
    if (!isAnyOf<FlattenConfig, ReshapeConfig, PermuteConfig,
                 ZeroPaddingConfig>(configOf(call))) {
      return call;
    }
    call = model.calls[call].inputs[0].call;
  }
}

std::vector<int> ModelFacts::usersOf(int call) const {
  std::vector<int> users, open = {call};
  while (!open.empty()) {
    int next = open.back();
    open.pop_back();
    if (isOutput[next]) {
      users.push_back(-1);
    }
    for (int reader : readers[next]) {
      (isIdentity(reader) ? open : users).push_back(reader);
    }
  }
  return users;
}

} // namespace kregc::driver
