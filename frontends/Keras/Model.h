// A Keras model as plain structs: every fact of the file that kregc uses, no
// MLIR. Made by readModel(); what it does not know is an error with a place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_MODEL_H
#define KREGC_FRONTENDS_KERAS_MODEL_H

#include "frontends/Keras/Training.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kregc {
class JsonDocument;
class JsonValue;
} // namespace kregc

namespace kregc::keras {

/// A shape as Keras writes it; -1 is null (dynamic).
using Shape = std::vector<int64_t>;

/// The release that wrote the file, and which of the two code families.
struct Version {
  int major = 0, minor = 0, patch = 0;
  bool tfKeras = false; ///< tf.keras or tf-keras: "2.x.0-tf", 2.6 and later
  std::string text;     ///< as the file has it
};

struct Regularizer {
  enum class Kind { L1L2, Orthogonal };
  Kind kind = Kind::L1L2;
  std::string className; ///< "L1", "L2", "L1L2", "OrthogonalRegularizer"
  double l1 = 0, l2 = 0;
  double factor = 0; ///< Orthogonal
  bool rows = true;  ///< Orthogonal: mode
};

/// What an optimizer does to a weight after each step. Foreign: a class that is
/// not one of Keras' own, which stops training but nothing else.
struct Constraint {
  enum class Kind { MaxNorm, NonNeg, UnitNorm, MinMaxNorm, Foreign };
  Kind kind = Kind::NonNeg;
  std::string className;
  double minimum = 0;              ///< MinMaxNorm
  double maximum = 2;              ///< MaxNorm, MinMaxNorm
  double rate = 1;                 ///< MinMaxNorm
  std::vector<int64_t> axes = {0}; ///< of the norms; not negative
  std::string where;               ///< "…config.kernel_constraint"
};

/// A weight: path "conv2d/kernel" (nested models prefixed), data in row-major
/// float32 shared with the reader's storage; null for a file without weights.
struct Weight {
  std::string path;
  std::string variable; ///< "kernel", "bias", "gamma" …
  Shape shape;
  bool trainable = true;
  std::optional<Regularizer> regularizer;
  std::optional<Constraint> constraint;
  std::shared_ptr<const std::vector<float>> data;
  std::string dataset; ///< its place in the HDF5 file it was read from
};

enum class Padding { Valid, Same, Causal };

/// An activation by the name of kreg::UnaryKind where it has one ("exp", also
/// "clipped_relu" of the ReLU layer, whose max_value may be infinite), else by
/// its Keras name, with its parameters in UnaryKind's order; hard_sigmoid has
/// {slope, offset}, selu {scale, alpha}; softmax has an axis.
struct Activation {
  std::string name = "linear";
  std::vector<double> parameters;
  int64_t axis = -1;
};

// One struct per family of layers: what `call` needs, defaults resolved. A
// table, a line where it fits.
// clang-format off
struct InputConfig { Shape shape; std::string dtype; }; ///< the batch comes first
struct DenseConfig { int64_t units; bool useBias; Activation activation; };
struct ConvConfig {
  int64_t rank, filters, groups;
  std::vector<int64_t> kernel, strides, dilation;
  Padding padding;
  bool channelsFirst, useBias;
  Activation activation;
};
struct DepthwiseConvConfig {
  int64_t rank, depthMultiplier;
  std::vector<int64_t> kernel, strides, dilation;
  Padding padding;
  bool channelsFirst, useBias;
  Activation activation;
};
struct PoolConfig {
  bool max;
  int64_t rank;
  std::vector<int64_t> window, strides;
  Padding padding;
  bool channelsFirst;
};
/// The average over one dimension may have a second input, the mask of the steps.
struct GlobalPoolConfig { bool max; int64_t rank; bool channelsFirst, keepDims; };
struct FlattenConfig { bool channelsFirst; };
struct ReshapeConfig { Shape target; };           ///< without the batch, -1 resolved later
struct PermuteConfig { std::vector<int64_t> dims; }; ///< 1-based, as Keras has them
struct ZeroPaddingConfig { int64_t rank; std::vector<int64_t> low, high; bool channelsFirst; };
struct ActivationConfig { Activation activation; };
struct DropoutConfig { double rate; Shape noiseShape; std::optional<int64_t> seed; };
struct BatchNormConfig { int64_t axis; double momentum, epsilon; bool center, scale; };
struct MergeConfig { enum class Kind { Add, Multiply, Subtract, Average, Maximum, Minimum } kind; };
struct ConcatenateConfig { int64_t axis; };
struct ActivityRegularizationConfig {};           ///< the regularizer is Layer::activityRegularizer

// Axes may be negative, as in the file.
struct SeparableConvConfig {                      ///< weights depthwise_kernel, pointwise_kernel, bias
  int64_t rank, filters, depthMultiplier;
  std::vector<int64_t> kernel, strides, dilation;
  Padding padding;
  bool channelsFirst, useBias;
  Activation activation;
};
struct ConvTransposeConfig {                      ///< the output's sizes are Call::shape
  int64_t rank, filters;
  std::vector<int64_t> kernel, strides, dilation;
  std::optional<std::vector<int64_t>> outputPadding;
  Padding padding;
  bool channelsFirst, useBias;
  Activation activation;
};
struct EinsumDenseConfig {                        ///< output as in the file, without the batch
  std::string equation;
  Shape output;
  bool useBias;
  Activation activation;
  std::string biasAxes;
};
struct CroppingConfig { int64_t rank; std::vector<int64_t> low, high; bool channelsFirst; };
struct UpSamplingConfig { int64_t rank; std::vector<int64_t> factors; bool bilinear, channelsFirst; };
struct RepeatVectorConfig { int64_t count; };
struct PReluConfig { std::vector<int64_t> sharedAxes; };   ///< weight alpha
struct SoftmaxConfig { std::vector<int64_t> axes; };       ///< several; one is an ActivationConfig
struct NoiseConfig {                              ///< amount: standard deviation or rate
  enum class Kind { GaussianNoise, GaussianDropout, AlphaDropout } kind;
  double amount;
  Shape noiseShape;                               ///< of AlphaDropout
  std::optional<int64_t> seed;
};
struct LayerNormConfig {                          ///< also RMSNormalization: rms, no center
  std::vector<int64_t> axes;
  double epsilon;
  bool center, scale, rms;
  std::string scaleName = "gamma";                ///< "scale" of RMSNormalization
};
struct GroupNormConfig { int64_t groups, axis; double epsilon; bool center, scale; }; ///< groups -1: one per channel
struct UnitNormConfig { std::vector<int64_t> axes; };
struct NormalizationConfig {                      ///< numbers of the config, else weights mean, variance
  std::vector<int64_t> axes;                      ///< those that have their own mean
  std::vector<double> mean, variance;             ///< row-major over `shape`
  Shape shape;                                    ///< of mean as given; empty: one number
  bool invert;
};
struct RescalingConfig { std::vector<double> scale, offset; }; ///< one number or one per channel
struct DotConfig { int64_t axes[2]; bool normalize; };
struct EmbeddingConfig { int64_t inputDim, outputDim; bool maskZero = false; }; ///< weight embeddings
struct IdentityConfig {};
struct Layer;
struct TimeDistributedConfig { std::shared_ptr<const Layer> layer; }; ///< never null; its weights are the wrapper's

// Functions of keras.ops (and of TensorFlow, in Keras 2) as nodes of a
// Functional; those that a layer computes as well have that layer's config.
struct OperationConstant { std::vector<double> values; Shape shape; }; ///< row-major; no shape: one number
struct BinaryOperation {                          ///< broadcasts as NumPy does
  enum class Kind { Add, Subtract, Multiply, Divide, Maximum, Minimum, NotEqual } kind;
  std::optional<OperationConstant> constant;      ///< none: of two tensors
  bool constantFirst = false;
};
struct ReduceOperation {                          ///< Variance and Deviation are biased
  enum class Kind { Sum, Mean, Max, Min, Variance, Deviation } kind;
  std::vector<int64_t> axes;
  bool keepDims;
};
struct PowerOperation { double exponent; };
struct MatmulOperation { bool transposeA, transposeB; };
struct ExtentOperation { bool insert; std::vector<int64_t> axes; }; ///< expand_dims, squeeze
struct SliceOperation {                           ///< x[1:3, ..., 0, None]
  struct Item {
    enum class Kind { Range, Index, Ellipsis, NewAxis } kind;
    std::optional<int64_t> start, stop, step;     ///< of a range; start of an index
  };
  std::vector<Item> items;
};
struct StackOperation { int64_t axis; };
struct OperationConfig {
  std::variant<BinaryOperation, PowerOperation, ReduceOperation, MatmulOperation, ExtentOperation, SliceOperation, StackOperation> kind;
};

using LayerConfig =
    std::variant<InputConfig, DenseConfig, ConvConfig, DepthwiseConvConfig, PoolConfig, GlobalPoolConfig,
                 FlattenConfig, ReshapeConfig, PermuteConfig, ZeroPaddingConfig, ActivationConfig,
                 DropoutConfig, BatchNormConfig, MergeConfig, ConcatenateConfig,
                 ActivityRegularizationConfig, SeparableConvConfig, ConvTransposeConfig,
                 EinsumDenseConfig, CroppingConfig, UpSamplingConfig, RepeatVectorConfig, PReluConfig,
                 SoftmaxConfig, NoiseConfig, LayerNormConfig, GroupNormConfig, UnitNormConfig,
                 NormalizationConfig, RescalingConfig, DotConfig, EmbeddingConfig, IdentityConfig,
                 TimeDistributedConfig, OperationConfig>;
// clang-format on

/// A layer of the file. A shared layer is one Layer with several Calls.
struct Layer {
  std::string name;      ///< nested models prefixed: "inner/dense"
  std::string className; ///< "Conv2D"
  LayerConfig config;
  bool trainable = true;
  bool operation =
      false; ///< a function of keras.ops, which Keras does not count as a layer
  std::optional<Regularizer> activityRegularizer;
  std::vector<Weight> weights; ///< in Keras' creation order (kernel, bias …)
  std::string where;           ///< "model.keras/config.json: config.layers[3]"
};

/// The tensor that call `call` (index into Model::calls) made, output `output`.
struct TensorRef {
  int call;
  int output;
};

/// One call of a layer; `index` counts the calls of that layer from 0.
struct Call {
  int layer; ///< index into Model::layers
  int index = 0;
  std::vector<TensorRef> inputs;
  Shape shape; ///< of its output, filled by readModel; -1 is the batch
};

/// The nested lists of layers of the file: how it groups weights.
struct WeightGroup {
  std::string name, className;
  int layer = -1;                   ///< index into Model::layers; -1: a model
  std::vector<WeightGroup> members; ///< of a model
};

enum class Severity { Note, Warning };

/// What `inspect` says of a sound model, a row of Warnings.def: what happens,
/// what to do about it. `layer` is empty where it is about the whole model.
struct Warning {
  std::string id, layer, text, instead;
  Severity severity;
};

/// What compile() was called with, as the file has it: most uses of a model do
/// not read it. `root` is null where the file has none.
struct CompileConfig {
  std::shared_ptr<const JsonDocument> document;
  const JsonValue *root = nullptr;
  std::string backend; ///< of a legacy .h5: "tensorflow", "jax" …; or empty
};

struct Model {
  std::string name;
  std::string file;   ///< as given on the command line
  std::string format; ///< "keras", "h5", "json"
  Version version;
  bool dividesPenaltyByBatch = true; ///< from Versions.def
  bool penalisesFrozenWeights =
      false; ///< weight penalties of untrainable weights count
  std::vector<Layer> layers;
  std::vector<Call> calls; ///< live and dead ones, in topological order
  std::vector<int>
      inputs; ///< calls of InputLayers, in the order of the model's inputs
  std::vector<TensorRef> outputs;
  std::vector<Warning> warnings;
  WeightGroup groups; ///< of the outermost model
  CompileConfig compileConfig;
  std::optional<Training> training; ///< set by readTraining (CompileSettings.h)
};

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_MODEL_H
