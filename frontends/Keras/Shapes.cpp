// Keras' compute_output_shape, one overload per family; batches are -1.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Shapes.h"

#include "frontends/Container/Error.h"
#include "frontends/Keras/Operations.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace kregc;
using namespace kregc::keras;

std::string keras::printShape(llvm::ArrayRef<int64_t> shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += i ? ", " : "";
    text += shape[i] < 0 ? "None" : std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

int64_t keras::countElements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape) {
    if (llvm::MulOverflow<int64_t>(count, extent < 0 ? 1 : extent, count) ||
        count > maxElements) {
      return -1;
    }
  }
  return count;
}

namespace {

/// Infers the output of one call; each family is one operator().
class Inference {
public:
  Inference(const Layer &layer, llvm::ArrayRef<Shape> inputs)
      : layer(layer), inputs(inputs), input(inputs.front()) {}

  llvm::Expected<Shape> operator()(const InputConfig &config) { return input; }

  llvm::Expected<Shape> operator()(const DenseConfig &config) {
    if (input.size() < 2) {
      return wrongRank("rank 2 or more");
    }
    Shape shape = input;
    shape.back() = config.units;
    return activated(shape, config.activation);
  }

  llvm::Expected<Shape> operator()(const ConvConfig &config) {
    auto shape = slide(config.rank, config.channelsFirst, config.kernel,
                       config.strides, config.dilation, config.padding);
    if (shape) {
      size_t axis = channelAxis(config.channelsFirst);
      int64_t channels = input[axis];
      if (channels % config.groups != 0) {
        return mismatch(llvm::formatv("{0} channels do not divide into {1} "
                                      "groups",
                                      channels, config.groups));
      }
      (*shape)[axis] = config.filters;
      return activated(*shape, config.activation);
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const DepthwiseConvConfig &config) {
    auto shape = slide(config.rank, config.channelsFirst, config.kernel,
                       config.strides, config.dilation, config.padding);
    if (shape) {
      int64_t &channels = (*shape)[channelAxis(config.channelsFirst)];
      if (llvm::MulOverflow(channels, config.depthMultiplier, channels)) {
        channels = std::numeric_limits<int64_t>::max();
      }
      return activated(*shape, config.activation);
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const PoolConfig &config) {
    std::vector<int64_t> dilation(config.rank, 1);
    return slide(config.rank, config.channelsFirst, config.window,
                 config.strides, dilation, config.padding);
  }

  llvm::Expected<Shape> operator()(const GlobalPoolConfig &config) {
    if (static_cast<int64_t>(input.size()) != config.rank + 2) {
      return wrongRank("rank " + std::to_string(config.rank + 2));
    }
    size_t axis = channelAxis(config.channelsFirst);
    if (inputs.size() == 2 &&
        inputs[1] != Shape{input[0], input[axis == 1 ? 2 : 1]}) {
      return mismatch("a mask of shape " + printShape(inputs[1]) +
                      " does not fit an input of shape " + printShape(input));
    }
    Shape shape = {input[0]};
    for (size_t i = 1; i < input.size(); ++i) {
      if (i == axis) {
        shape.push_back(input[i]);
      } else if (config.keepDims) {
        shape.push_back(1);
      }
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const FlattenConfig &config) {
    int64_t count = countElements(llvm::ArrayRef(input).drop_front());
    return Shape{input[0], count};
  }

  llvm::Expected<Shape> operator()(const ReshapeConfig &config) {
    int64_t have = countElements(llvm::ArrayRef(input).drop_front());
    int64_t want = countElements(config.target);
    Shape shape = config.target;
    auto open = llvm::find(shape, -1);
    bool fits = want >= 0 && have == want;
    if (open != shape.end() && want > 0) {
      fits = have % want == 0;
      *open = have / want;
    }
    if (!fits && layer.operation) { // it would join or split the batch
      return diagnose(Diagnostic::UnsupportedOption, layer.where, layer.name,
                      "a new shape with another batch");
    }
    if (!fits) {
      return mismatch("cannot reshape " + printShape(input) + " to " +
                      printShape(config.target));
    }
    shape.insert(shape.begin(), input[0]);
    return shape;
  }

  llvm::Expected<Shape> operator()(const PermuteConfig &config) {
    if (config.dims.size() + 1 != input.size()) {
      return wrongRank("rank " + std::to_string(config.dims.size() + 1));
    }
    Shape shape = {input[0]};
    for (int64_t dim : config.dims) {
      shape.push_back(input[dim]);
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const ZeroPaddingConfig &config) {
    if (static_cast<int64_t>(input.size()) != config.rank + 2) {
      return wrongRank("rank " + std::to_string(config.rank + 2));
    }
    Shape shape = input;
    for (int64_t i = 0; i < config.rank; ++i) {
      shape[i + (config.channelsFirst ? 2 : 1)] +=
          config.low[i] + config.high[i];
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const ActivationConfig &config) {
    if (config.activation.name == "softmax") {
      int64_t axis = 0;
      if (llvm::Error error = resolveAxis(config.activation.axis, axis)) {
        return std::move(error);
      }
    }
    return activated(input, config.activation);
  }

  llvm::Expected<Shape> operator()(const DropoutConfig &config) {
    bool fits =
        config.noiseShape.empty() || config.noiseShape.size() == input.size();
    for (size_t i = 0; fits && i < config.noiseShape.size(); ++i) {
      int64_t extent = config.noiseShape[i];
      fits = i == 0 || extent < 0 || extent == 1 || extent == input[i];
    }
    if (!fits) {
      return mismatch("the noise shape " + printShape(config.noiseShape) +
                      " does not fit an input of shape " + printShape(input));
    }
    return input;
  }

  llvm::Expected<Shape> operator()(const BatchNormConfig &config) {
    int64_t axis = 0;
    if (llvm::Error error = resolveAxis(config.axis, axis)) {
      return std::move(error);
    }
    return input;
  }

  llvm::Expected<Shape> operator()(const MergeConfig &config) {
    Shape shape = input;
    for (const Shape &other : inputs.drop_front()) {
      // Tensors of smaller rank get extents of 1 behind the batch.
      size_t rank = std::max(shape.size(), other.size());
      Shape left = widen(shape, rank), right = widen(other, rank);
      for (size_t i = 0; i < rank; ++i) {
        if (left[i] != right[i] && left[i] != 1 && right[i] != 1) {
          return mismatch("cannot broadcast shapes " + printShape(shape) +
                          " and " + printShape(other));
        }
        left[i] = left[i] == 1 ? right[i] : left[i];
      }
      shape = left;
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const ConcatenateConfig &config) {
    int64_t axis = 0;
    if (llvm::Error error = resolveAxis(config.axis, axis)) {
      return std::move(error);
    }
    Shape shape = input;
    for (const Shape &other : inputs.drop_front()) {
      bool fits = other.size() == shape.size();
      for (size_t i = 0; fits && i < shape.size(); ++i) {
        fits = static_cast<int64_t>(i) == axis || shape[i] == other[i];
      }
      if (!fits) {
        return mismatch("cannot concatenate shapes " + printShape(input) +
                        " and " + printShape(other) + " along axis " +
                        std::to_string(config.axis));
      }
      shape[axis] += other[axis];
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const ActivityRegularizationConfig &) {
    return input;
  }

  llvm::Expected<Shape> operator()(const SeparableConvConfig &config) {
    auto shape = slide(config.rank, config.channelsFirst, config.kernel,
                       config.strides, config.dilation, config.padding);
    if (shape) {
      (*shape)[channelAxis(config.channelsFirst)] = config.filters;
      return activated(*shape, config.activation);
    }
    return shape;
  }

  /// keras-semantics' table of transposed convolutions: all of the full result
  /// (valid), or s per point (same); output_padding says the rest exactly.
  llvm::Expected<Shape> operator()(const ConvTransposeConfig &config) {
    if (static_cast<int64_t>(input.size()) != config.rank + 2) {
      return wrongRank("rank " + std::to_string(config.rank + 2));
    }
    Shape shape = input;
    for (int64_t i = 0; i < config.rank; ++i) {
      int64_t &extent = shape[i + (config.channelsFirst ? 2 : 1)];
      // All factors are below 2^31, extents below 2^40.
      int64_t reach = (config.kernel[i] - 1) * config.dilation[i] + 1;
      int64_t stride = config.strides[i], last = extent - 1;
      if (llvm::MulOverflow(last, stride, last)) {
        return mismatch("its output is too large");
      }
      bool same = config.padding == Padding::Same;
      if (!config.outputPadding) {
        extent = last + (same ? stride : std::max(reach, stride));
      } else {
        extent = last + (same ? reach % 2 : reach) + (*config.outputPadding)[i];
      }
    }
    shape[channelAxis(config.channelsFirst)] = config.filters;
    if (config.channelsFirst && config.activation.name == "glu") {
      return mismatch("glu over the last axis of a channels-first result");
    }
    return activated(shape, config.activation);
  }

  llvm::Expected<Shape> operator()(const EinsumDenseConfig &config) {
    auto shapes = einsumShapes(layer, config, input);
    if (!shapes) {
      return shapes.takeError();
    }
    return activated(shapes->output, config.activation);
  }

  llvm::Expected<Shape> operator()(const CroppingConfig &config) {
    if (static_cast<int64_t>(input.size()) != config.rank + 2) {
      return wrongRank("rank " + std::to_string(config.rank + 2));
    }
    Shape shape = input;
    for (int64_t i = 0; i < config.rank; ++i) {
      int64_t &extent = shape[i + (config.channelsFirst ? 2 : 1)];
      extent -= config.low[i] + config.high[i];
      if (extent < 1) {
        return mismatch("it crops away all of an input of shape " +
                        printShape(input));
      }
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const UpSamplingConfig &config) {
    if (static_cast<int64_t>(input.size()) != config.rank + 2) {
      return wrongRank("rank " + std::to_string(config.rank + 2));
    }
    Shape shape = input;
    for (int64_t i = 0; i < config.rank; ++i) {
      int64_t &extent = shape[i + (config.channelsFirst ? 2 : 1)];
      if (llvm::MulOverflow(extent, config.factors[i], extent)) {
        return mismatch("its output is too large");
      }
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const RepeatVectorConfig &config) {
    if (input.size() != 2) {
      return wrongRank("rank 2");
    }
    return Shape{input[0], config.count, input[1]};
  }

  llvm::Expected<Shape> operator()(const PReluConfig &config) {
    return withAxes(config.sharedAxes);
  }
  llvm::Expected<Shape> operator()(const SoftmaxConfig &config) {
    return withAxes(config.axes);
  }
  llvm::Expected<Shape> operator()(const LayerNormConfig &config) {
    return withAxes(config.axes);
  }
  llvm::Expected<Shape> operator()(const UnitNormConfig &config) {
    return withAxes(config.axes);
  }

  llvm::Expected<Shape> operator()(const NoiseConfig &config) {
    return (*this)(DropoutConfig{config.amount, config.noiseShape, {}});
  }

  llvm::Expected<Shape> operator()(const GroupNormConfig &config) {
    int64_t axis = 0;
    if (llvm::Error error = resolveAxis(config.axis, axis)) {
      return std::move(error);
    }
    if (config.groups > 0 && input[axis] % config.groups != 0) {
      return mismatch(llvm::formatv("{0} channels do not divide into {1} "
                                    "groups",
                                    input[axis], config.groups));
    }
    return input;
  }

  llvm::Expected<Shape> operator()(const NormalizationConfig &config) {
    // Numbers of the config broadcast to the last axis.
    if (config.mean.size() > 1 &&
        (static_cast<int64_t>(config.mean.size()) != input.back() ||
         config.axes.size() != 1 ||
         (config.axes[0] != -1 &&
          config.axes[0] != static_cast<int64_t>(input.size()) - 1))) {
      return mismatch(llvm::formatv("{0} means do not fit the last axis of "
                                    "shape {1}",
                                    config.mean.size(), printShape(input)));
    }
    return withAxes(config.axes);
  }

  llvm::Expected<Shape> operator()(const RescalingConfig &config) {
    for (const std::vector<double> &row : {config.scale, config.offset}) {
      if (row.size() != 1 && static_cast<int64_t>(row.size()) != input.back()) {
        return mismatch(llvm::formatv("{0} numbers do not fit the last axis "
                                      "of shape {1}",
                                      row.size(), printShape(input)));
      }
    }
    return input;
  }

  /// Keras' batch_dot: what is left of both, [batch, 1] if nothing is.
  llvm::Expected<Shape> operator()(const DotConfig &config) {
    Shape sides[2] = {inputs[0], inputs[1]};
    int64_t extents[2];
    for (int i = 0; i < 2; ++i) {
      int64_t rank = static_cast<int64_t>(sides[i].size());
      int64_t axis =
          config.axes[i] < 0 ? config.axes[i] + rank : config.axes[i];
      if (axis < 1 || axis >= rank) {
        return mismatch(llvm::formatv("axis {0} is not an axis of shape {1}",
                                      config.axes[i], printShape(sides[i])));
      }
      extents[i] = sides[i][axis];
      sides[i].erase(sides[i].begin() + axis);
    }
    if (extents[0] != extents[1]) {
      return mismatch("cannot multiply shapes " + printShape(inputs[0]) +
                      " and " + printShape(inputs[1]) + " along these axes");
    }
    Shape shape = sides[0];
    shape.insert(shape.end(), sides[1].begin() + 1, sides[1].end());
    if (shape.size() == 1) {
      shape.push_back(1);
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const EmbeddingConfig &config) {
    Shape shape = input;
    shape.push_back(config.outputDim);
    return shape;
  }

  llvm::Expected<Shape> operator()(const IdentityConfig &) { return input; }

  llvm::Expected<Shape> operator()(const OperationConfig &config) {
    return inferOperation(layer, config, inputs);
  }

  /// The input's shape, if the axes are different ones of it.
  llvm::Expected<Shape> withAxes(llvm::ArrayRef<int64_t> axes) {
    std::vector<int64_t> seen;
    for (int64_t axis : axes) {
      int64_t resolved = 0;
      if (llvm::Error error = resolveAxis(axis, resolved)) {
        return std::move(error);
      }
      if (llvm::is_contained(seen, resolved)) {
        return mismatch("axis " + std::to_string(axis) + " is named twice");
      }
      seen.push_back(resolved);
    }
    return input;
  }

  /// The shape behind an activation: glu halves the last axis.
  llvm::Expected<Shape> activated(Shape shape, const Activation &activation) {
    if (activation.name == "glu") {
      if (shape.size() < 2 || shape.back() % 2 != 0) {
        return mismatch("glu needs an even last axis, found shape " +
                        printShape(shape));
      }
      shape.back() /= 2;
    }
    return shape;
  }

  llvm::Expected<Shape> operator()(const TimeDistributedConfig &config) {
    if (input.size() < 3) {
      return wrongRank("rank 3 or more");
    }
    Shape step = input;
    step.erase(step.begin() + 1);
    auto shape = inferShape(*config.layer, step);
    if (shape) {
      shape->insert(shape->begin() + 1, input[1]);
    }
    return shape;
  }

  /// Turns a negative axis into one of the input; the batch is refused.
  llvm::Error resolveAxis(int64_t axis, int64_t &out) {
    int64_t rank = static_cast<int64_t>(input.size());
    out = axis < 0 ? axis + rank : axis;
    if (axis == 0 || out == 0) {
      return diagnose(Diagnostic::UnsupportedOption, layer.where, layer.name,
                      "an axis that is the batch");
    }
    if (out < 0 || out >= rank) {
      return mismatch(llvm::formatv("axis {0} is not an axis of shape {1}",
                                    axis, printShape(input)));
    }
    return llvm::Error::success();
  }

private:
  size_t channelAxis(bool first) const { return first ? 1 : input.size() - 1; }

  llvm::Error wrongRank(llvm::Twine want) {
    return diagnose(Diagnostic::ShapeRank, layer.where, layer.name,
                    printShape(input), want.str());
  }
  llvm::Error mismatch(llvm::Twine what) {
    return diagnose(Diagnostic::ShapeMismatch, layer.where, layer.name,
                    what.str());
  }

  static Shape widen(const Shape &shape, size_t rank) {
    Shape wide = shape;
    wide.insert(wide.begin() + 1, rank - shape.size(), 1);
    return wide;
  }

  /// A window that slides over the spatial axes.
  llvm::Expected<Shape> slide(int64_t rank, bool channelsFirst,
                              llvm::ArrayRef<int64_t> window,
                              llvm::ArrayRef<int64_t> strides,
                              llvm::ArrayRef<int64_t> dilation,
                              Padding padding) {
    if (static_cast<int64_t>(input.size()) != rank + 2) {
      return wrongRank("rank " + std::to_string(rank + 2));
    }
    Shape shape = input;
    for (int64_t i = 0; i < rank; ++i) {
      int64_t &extent = shape[i + (channelsFirst ? 2 : 1)];
      // Both factors are below 2^31.
      int64_t covered = (window[i] - 1) * dilation[i] + 1;
      // Causal padding makes `same` sizes.
      if (padding != Padding::Valid) {
        extent = (extent + strides[i] - 1) / strides[i];
      } else if (covered > extent) {
        return mismatch(llvm::formatv(
            "a window that covers {0} does not fit an input of shape {1}",
            covered, printShape(input)));
      } else {
        extent = (extent - covered) / strides[i] + 1;
      }
    }
    return shape;
  }

  const Layer &layer;
  llvm::ArrayRef<Shape> inputs;
  const Shape &input;
};

} // namespace

/// One input, except for layers that merge several.
static llvm::Error checkCount(const Layer &layer, size_t count) {
  const auto *merge = std::get_if<MergeConfig>(&layer.config);
  bool pair = std::holds_alternative<DotConfig>(layer.config) ||
              (merge && merge->kind == MergeConfig::Kind::Subtract);
  bool any = merge || std::holds_alternative<ConcatenateConfig>(layer.config) ||
             std::holds_alternative<OperationConfig>(layer.config);
  const auto *pool = std::get_if<GlobalPoolConfig>(&layer.config);
  if (pool && pool->rank == 1 && !pool->max && count == 2) {
    return llvm::Error::success(); // with a mask
  }
  if (pair ? count == 2 : any ? count >= 1 : count == 1) {
    return llvm::Error::success();
  }
  return diagnose(Diagnostic::InputCount, layer.where, layer.name, count,
                  pair  ? "two"
                  : any ? "one or more"
                        : "one");
}

llvm::Expected<Shape> keras::inferShape(const Layer &layer,
                                        llvm::ArrayRef<Shape> inputs) {
  Shape own;
  if (const auto *config = std::get_if<InputConfig>(&layer.config)) {
    if (!inputs.empty()) {
      return diagnose(Diagnostic::InputCount, layer.where, layer.name,
                      inputs.size(), "none");
    }
    own = config->shape;
    own.front() = -1;
  } else if (llvm::Error error = checkCount(layer, inputs.size())) {
    return std::move(error);
  }
  auto shape = std::holds_alternative<InputConfig>(layer.config)
                   ? llvm::Expected<Shape>(own)
                   : std::visit(Inference(layer, inputs), layer.config);
  if (!shape) {
    return shape;
  }
  llvm::ArrayRef<int64_t> inner = llvm::ArrayRef(*shape).drop_front();
  if (llvm::any_of(inner, [](int64_t extent) { return extent < 0; })) {
    return diagnose(Diagnostic::ShapeDynamic, layer.where, layer.name,
                    printShape(*shape));
  }
  if (llvm::is_contained(inner, 0)) {
    return diagnose(Diagnostic::ShapeMismatch, layer.where, layer.name,
                    "it makes an empty tensor of shape " + printShape(*shape));
  }
  if (countElements(inner) < 0) {
    return diagnose(Diagnostic::ShapeOverflow, layer.where, layer.name,
                    printShape(*shape), maxElements);
  }
  return shape;
}
