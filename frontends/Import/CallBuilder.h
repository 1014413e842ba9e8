// What the import functions of all layer families share: the call that is
// being imported and how to make ops for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_IMPORT_CALLBUILDER_H
#define KREGC_FRONTENDS_IMPORT_CALLBUILDER_H

#include "dialect/IR/Kreg.h"
#include "frontends/Keras/Model.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/Error.h"

namespace kregc::import {

/// One call of a layer; ops go into the layer's body.
struct CallBuilder {
  mlir::OpBuilder &builder;
  mlir::Location loc;
  const keras::Layer &layer;
  const keras::Call &call;
  llvm::SmallVector<mlir::Value> inputs;
  /// Dimensions of time between the batch and what the layer sees: one in a
  /// TimeDistributed layer, whose layer works on each step alike.
  int64_t lead = 0;
  mlir::ModuleOp module = {}; ///< where constants of several numbers go

  /// The layer's weight of that variable name ("kernel"); it exists.
  mlir::Value weight(llvm::StringRef variable);

  template <typename Op, typename... Arguments>
  mlir::Value make(Arguments &&...arguments) {
    return Op::create(builder, loc, std::forward<Arguments>(arguments)...)
        ->getResult(0);
  }

  mlir::DenseI64ArrayAttr array(llvm::ArrayRef<int64_t> values) {
    return builder.getDenseI64ArrayAttr(values);
  }

  /// x with the sizes of one sample replaced; the batch stays.
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> sample);

  /// A tensor without a batch in another shape.
  mlir::Value reshapeWeight(mlir::Value x, llvm::ArrayRef<int64_t> shape);

  /// x with extents of one behind the batch until it has that rank: how Keras'
  /// merge layers align inputs (NumPy would put them before the batch).
  mlir::Value widen(mlir::Value x, int64_t rank);

  /// An axis of the layer as one of x: negative ones count from the end.
  int64_t axisOf(int64_t axis, mlir::Value x);

  /// Sizes of a window, with ones for the dimensions of time.
  llvm::SmallVector<int64_t> window(llvm::ArrayRef<int64_t> sizes,
                                    int64_t ofTime = 1);

  /// Numbers per spatial dimension of the layer as numbers per dimension of x,
  /// the others `rest`.
  llvm::SmallVector<int64_t> spatial(llvm::ArrayRef<int64_t> numbers,
                                     bool channelsFirst, mlir::Value x,
                                     int64_t rest);

  /// x with dimensions permuted, or x itself where `perm` is the identity.
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);

  /// Applies `body` to x in channels-last order; where the layer is
  /// channels-first, between two transposes.
  mlir::Value channelsLast(mlir::Value x, bool channelsFirst,
                           llvm::function_ref<mlir::Value(mlir::Value)> body);

  /// x + bias along the last axis, if the layer has a bias.
  mlir::Value bias(mlir::Value x, bool useBias);

  llvm::Expected<mlir::Value> activate(mlir::Value x,
                                       const keras::Activation &activation);

  mlir::Value softmax(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  mlir::Value logSoftmax(mlir::Value x, llvm::ArrayRef<int64_t> axes);

  mlir::Value normalize(mlir::kreg::NormalizeKind kind, mlir::Value x,
                        llvm::ArrayRef<int64_t> axes, double epsilon);

  /// Numbers along the last axis; one broadcasts to anything.
  mlir::Value constants(llvm::ArrayRef<double> values) {
    return constants(values, static_cast<int64_t>(values.size()));
  }
  /// Numbers of that shape, row-major. Several different ones are a variable
  /// that is not trained, `<layer>/constant`: kernels read them from memory.
  mlir::Value constants(llvm::ArrayRef<double> values,
                        llvm::ArrayRef<int64_t> shape);
  mlir::Value constant(double value) { return constants(value); }

  mlir::Value unary(mlir::kreg::UnaryKind kind, mlir::Value x,
                    llvm::ArrayRef<double> parameters = {});
  mlir::Value binary(mlir::kreg::BinaryKind kind, mlir::Value a, mlir::Value b);

  llvm::Error unsupported(llvm::StringRef what);
};

mlir::RankedTensorType typeOf(mlir::Value value);
int64_t rankOf(mlir::Value value);

/// Whether the activation is no function of single numbers: its axis is that
/// of the layer's own order of dimensions.
bool looksAtAxis(const keras::Activation &activation);

/// An axis counted from the end made one counted from the start.
int64_t normalizeAxis(int64_t axis, int64_t rank);

/// Low and high pads of a window along one dimension (keras-semantics, shapes
/// of convolutions): `same` puts the odd one at the end, `causal` all in front.
std::pair<int64_t, int64_t> resolvePadding(keras::Padding padding, int64_t n,
                                           int64_t window, int64_t stride,
                                           int64_t dilation);

// One function per family, in the file of that family. Each returns the
// layer's output.
using Result = llvm::Expected<mlir::Value>;
Result importConfig(CallBuilder &call, const keras::InputConfig &);
Result importConfig(CallBuilder &call, const keras::TimeDistributedConfig &);
Result importConfig(CallBuilder &call, const keras::DenseConfig &);
Result importConfig(CallBuilder &call, const keras::ConvConfig &);
Result importConfig(CallBuilder &call, const keras::DepthwiseConvConfig &);
Result importConfig(CallBuilder &call, const keras::PoolConfig &);
Result importConfig(CallBuilder &call, const keras::GlobalPoolConfig &);
Result importConfig(CallBuilder &call, const keras::ZeroPaddingConfig &);
Result importConfig(CallBuilder &call, const keras::FlattenConfig &);
Result importConfig(CallBuilder &call, const keras::ReshapeConfig &);
Result importConfig(CallBuilder &call, const keras::PermuteConfig &);
Result importConfig(CallBuilder &call, const keras::ConcatenateConfig &);
Result importConfig(CallBuilder &call, const keras::ActivationConfig &);
Result importConfig(CallBuilder &call, const keras::DropoutConfig &);
Result importConfig(CallBuilder &call, const keras::BatchNormConfig &);
Result importConfig(CallBuilder &call, const keras::MergeConfig &);
Result importConfig(CallBuilder &call,
                    const keras::ActivityRegularizationConfig &);
Result importConfig(CallBuilder &call, const keras::SeparableConvConfig &);
Result importConfig(CallBuilder &call, const keras::ConvTransposeConfig &);
Result importConfig(CallBuilder &call, const keras::EinsumDenseConfig &);
Result importConfig(CallBuilder &call, const keras::CroppingConfig &);
Result importConfig(CallBuilder &call, const keras::UpSamplingConfig &);
Result importConfig(CallBuilder &call, const keras::RepeatVectorConfig &);
Result importConfig(CallBuilder &call, const keras::PReluConfig &);
Result importConfig(CallBuilder &call, const keras::SoftmaxConfig &);
Result importConfig(CallBuilder &call, const keras::NoiseConfig &);
Result importConfig(CallBuilder &call, const keras::LayerNormConfig &);
Result importConfig(CallBuilder &call, const keras::GroupNormConfig &);
Result importConfig(CallBuilder &call, const keras::UnitNormConfig &);
Result importConfig(CallBuilder &call, const keras::NormalizationConfig &);
Result importConfig(CallBuilder &call, const keras::RescalingConfig &);
Result importConfig(CallBuilder &call, const keras::DotConfig &);
Result importConfig(CallBuilder &call, const keras::EmbeddingConfig &);
Result importConfig(CallBuilder &call, const keras::IdentityConfig &);
Result importConfig(CallBuilder &call, const keras::OperationConfig &);

} // namespace kregc::import

#endif // KREGC_FRONTENDS_IMPORT_CALLBUILDER_H
