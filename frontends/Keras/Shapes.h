// Static shapes: what a call returns and which weights its layer needs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_SHAPES_H
#define KREGC_FRONTENDS_KERAS_SHAPES_H

#include "frontends/Keras/Model.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace kregc {
class JsonValue;
}

namespace kregc::keras {

/// "(-1, 7, 7, 16)" as Keras users write it: "(None, 7, 7, 16)".
std::string printShape(llvm::ArrayRef<int64_t> shape);

/// Numbers per sample that a tensor may have, and numbers in a weight.
constexpr int64_t maxElements = int64_t(1) << 40;

/// The product of extents, or -1 above maxElements; -1 extents count as 1.
int64_t countElements(llvm::ArrayRef<int64_t> shape);

/// The shapes of an EinsumDense; the output is that before the activation.
struct EinsumShapes {
  Shape output, kernel, bias;
};

/// Keras' analysis of an equation of one input and a kernel. Errors:
/// UnsupportedOption for other equations, ShapeMismatch.
llvm::Expected<EinsumShapes> einsumShapes(const Layer &layer,
                                          const EinsumDenseConfig &config,
                                          const Shape &input);

/// The shape of the layer's output for inputs of these shapes; the batch is -1,
/// every other extent is static. Errors name the layer: a wrong number or rank
/// of inputs, shapes that do not fit, windows larger than their input.
llvm::Expected<Shape> inferShape(const Layer &layer,
                                 llvm::ArrayRef<Shape> inputs);

/// The weights the layer has when its first input has shape `input`, in Keras'
/// creation order, without data and regularizers.
llvm::Expected<std::vector<Weight>>
expectedWeights(const Layer &layer, const Shape &input, const Version &version);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_SHAPES_H
