// Which weights a layer has, in the order in which Keras creates them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Keras/Shapes.h"
#include "frontends/Keras/Version.h"

#include "llvm/ADT/STLExtras.h"

using namespace kregc;
using namespace kregc::keras;

namespace {

/// The weights of one layer; each family with weights is one operator().
struct WeightList {
  const Layer &layer;
  const Shape &input;
  llvm::StringRef depthwiseName;
  std::vector<Weight> weights;

  void add(llvm::StringRef variable, Shape shape, bool trainable = true) {
    Weight weight;
    weight.path = layer.name + "/" + variable.str();
    weight.variable = variable.str();
    weight.shape = std::move(shape);
    weight.trainable = trainable && layer.trainable;
    weights.push_back(std::move(weight));
  }

  /// An axis that inferShape has checked.
  int64_t resolve(int64_t axis) const {
    return axis < 0 ? axis + static_cast<int64_t>(input.size()) : axis;
  }
  int64_t channels(bool first) const { return first ? input[1] : input.back(); }

  void operator()(const DenseConfig &config) {
    add("kernel", {input.back(), config.units});
    if (config.useBias) {
      add("bias", {config.units});
    }
  }
  void operator()(const ConvConfig &config) {
    Shape kernel = config.kernel;
    kernel.push_back(channels(config.channelsFirst) / config.groups);
    kernel.push_back(config.filters);
    add("kernel", kernel);
    if (config.useBias) {
      add("bias", {config.filters});
    }
  }
  void operator()(const DepthwiseConvConfig &config) {
    Shape kernel = config.kernel;
    int64_t in = channels(config.channelsFirst);
    kernel.push_back(in);
    kernel.push_back(config.depthMultiplier);
    add(depthwiseName, kernel);
    if (config.useBias) {
      add("bias", {in * config.depthMultiplier});
    }
  }
  void operator()(const BatchNormConfig &config) {
    Shape shape = {input[resolve(config.axis)]};
    if (config.scale) {
      add("gamma", shape);
    }
    if (config.center) {
      add("beta", shape);
    }
    add("moving_mean", shape, false);
    add("moving_variance", shape, false);
  }
  void operator()(const SeparableConvConfig &config) {
    Shape kernel = config.kernel, point(config.rank, 1);
    int64_t in = channels(config.channelsFirst);
    kernel.push_back(in);
    kernel.push_back(config.depthMultiplier);
    point.push_back(in * config.depthMultiplier);
    point.push_back(config.filters);
    add("depthwise_kernel", kernel);
    add("pointwise_kernel", point);
    if (config.useBias) {
      add("bias", {config.filters});
    }
  }
  void operator()(const ConvTransposeConfig &config) {
    Shape kernel = config.kernel;
    kernel.push_back(config.filters);
    kernel.push_back(channels(config.channelsFirst));
    add("kernel", kernel);
    if (config.useBias) {
      add("bias", {config.filters});
    }
  }
  void operator()(const EinsumDenseConfig &config) {
    // The call's shape was inferred before, so there is no error.
    EinsumShapes shapes = llvm::cantFail(einsumShapes(layer, config, input));
    add("kernel", shapes.kernel);
    if (config.useBias) {
      add("bias", shapes.bias);
    }
  }
  void operator()(const EmbeddingConfig &config) {
    add("embeddings", {config.inputDim, config.outputDim});
  }
  void operator()(const PReluConfig &config) {
    Shape alpha(input.begin() + 1, input.end());
    for (int64_t axis : config.sharedAxes) {
      alpha[resolve(axis) - 1] = 1;
    }
    add("alpha", alpha);
  }
  void operator()(const LayerNormConfig &config) {
    Shape shape;
    for (int64_t axis : config.axes) {
      shape.push_back(input[resolve(axis)]);
    }
    if (config.scale) {
      add(config.scaleName, shape);
    }
    if (config.center) {
      add("beta", shape);
    }
  }
  void operator()(const GroupNormConfig &config) {
    Shape shape = {input[resolve(config.axis)]};
    if (config.scale) {
      add("gamma", shape);
    }
    if (config.center) {
      add("beta", shape);
    }
  }
  void operator()(const NormalizationConfig &config) {
    if (!config.mean.empty()) {
      return;
    }
    std::vector<int64_t> axes;
    for (int64_t axis : config.axes) {
      axes.push_back(resolve(axis));
    }
    llvm::sort(axes);
    Shape shape;
    for (int64_t axis : axes) {
      shape.push_back(input[axis]);
    }
    add("mean", shape, false);
    add("variance", shape, false);
  }
  template <typename Other>
  void operator()(const Other &) {}
};

} // namespace

llvm::Expected<std::vector<Weight>>
keras::expectedWeights(const Layer &layer, const Shape &input,
                       const Version &version) {
  if (const auto *wrapper = std::get_if<TimeDistributedConfig>(&layer.config)) {
    Shape step = input;
    step.erase(step.begin() + 1);
    auto weights = expectedWeights(*wrapper->layer, step, version);
    if (weights) {
      for (Weight &weight : *weights) {
        // Keras 3 names weights after the inner layer, tf.keras after this one.
        if (holds(Fact::NamesWeightsAfterTimeDistributed, version)) {
          weight.path = layer.name + "/" + weight.variable;
        }
        weight.trainable = weight.trainable && layer.trainable;
      }
    }
    return weights;
  }
  bool plain = holds(Fact::CallsDepthwiseKernelKernel, version);
  WeightList list{layer, input, plain ? "kernel" : "depthwise_kernel", {}};
  std::visit(list, layer.config);
  for (const Weight &weight : list.weights) {
    if (countElements(weight.shape) < 0) {
      return diagnose(Diagnostic::WeightOverflow, layer.where, weight.path,
                      printShape(weight.shape), maxElements);
    }
  }
  return std::move(list.weights);
}
