// Walks a model's body and keeps the value of each tensor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Interpreter/Interpreter.h"

#include "dialect/Interpreter/Operations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/TypeSwitch.h"

#include <memory>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

//===----------------------------------------------------------------------===//
// What the files of this folder share
//===----------------------------------------------------------------------===//

llvm::Error interpreter::failureAt(Operation *op, const Twine &what) {
  std::string text;
  if (auto layer = op->getParentOfType<LayerOp>()) {
    text = "layer '" + layer.getLayerName().str() + "': ";
  } else if (auto name = dyn_cast<NameLoc>(op->getLoc())) {
    text = "layer '" + name.getName().str() + "': ";
  }
  text += ("'" + op->getName().getStringRef() + "' op " + what).str();
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

int64_t interpreter::productOf(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes) {
    product *= size;
  }
  return product;
}

SmallVector<int64_t> interpreter::stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;) {
    strides[dim - 1] = strides[dim] * shape[dim];
  }
  return strides;
}

/// The numbers of an attribute as doubles (float32, float64 and integers up to
/// 2^53 lose nothing); none if they are of another kind or not there.
static std::optional<std::vector<double>> numbersOf(ElementsAttr value) {
  std::vector<double> numbers;
  auto copy = [&](auto range) {
    numbers.assign(range.begin(), range.end());
    return numbers;
  };
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    std::optional<ArrayRef<float>> f32;
    std::optional<ArrayRef<double>> f64;
    if (auto attr = dyn_cast<DenseF32ResourceElementsAttr>(value)) {
      f32 = attr.tryGetAsArrayRef();
    } else if (auto attr = dyn_cast<DenseF64ResourceElementsAttr>(value)) {
      f64 = attr.tryGetAsArrayRef();
    }
    if (f32 && int64_t(f32->size()) == value.getNumElements()) {
      return copy(*f32);
    }
    if (f64 && int64_t(f64->size()) == value.getNumElements()) {
      return copy(*f64);
    }
    return std::nullopt;
  }
  if (auto dense = dyn_cast<DenseFPElementsAttr>(value)) {
    for (const APFloat &number : dense.getValues<APFloat>()) {
      numbers.push_back(number.convertToDouble());
    }
    return numbers;
  }
  if (auto dense = dyn_cast<DenseIntElementsAttr>(value)) {
    for (const APInt &number : dense.getValues<APInt>()) {
      numbers.push_back(static_cast<double>(number.getSExtValue()));
    }
    return numbers;
  }
  return std::nullopt;
}

template <typename Number>
Result<Number> interpreter::tensorOf(Operation *at, ElementsAttr value) {
  std::optional<std::vector<double>> numbers = numbersOf(value);
  if (!numbers) {
    return failureAt(at, "has a value that cannot be read");
  }
  Tensor<Number> tensor{value.getShapedType().getShape().vec(), {}};
  tensor.data.reserve(numbers->size());
  for (double number : *numbers) {
    std::optional<Number> converted = Arithmetic<Number>::of(number);
    if (!converted) {
      return failureAt(at, "has an element that is not finite");
    }
    tensor.data.push_back(*converted);
  }
  return tensor;
}
template Result<double> interpreter::tensorOf(Operation *, ElementsAttr);
template Result<Rational> interpreter::tensorOf(Operation *, ElementsAttr);
template Result<Ball> interpreter::tensorOf(Operation *, ElementsAttr);

//===----------------------------------------------------------------------===//
// Running a model
//===----------------------------------------------------------------------===//

namespace {

/// One evaluation. Values are shared where an op passes a tensor on.
template <typename Number>
class Run {
public:
  explicit Run(ModelOp model) : model(model), symbols(model->getParentOp()) {}

  llvm::Expected<Evaluation<Number>>
  operator()(ArrayRef<Tensor<Number>> inputs);

private:
  using Shared = std::shared_ptr<const Tensor<Number>>;

  llvm::Error bindInputs(ArrayRef<Tensor<Number>> inputs);
  llvm::Error runBlock(Block &block);
  llvm::Error runOp(Operation &op);
  llvm::Error runLayer(LayerOp layer);
  llvm::Error runKernel(KernelOp kernel);
  llvm::Expected<Tensor<Number>> compute(Operation &op);

  /// Makes the values of a region's `kreg.yield` those of `op`'s results.
  void passOn(Operation *op, Block &body);

  /// Gives `to` the value of `from`. Taken out first: the map may grow.
  void share(Value from, Value to) {
    Shared value = values.at(from);
    values[to] = std::move(value);
  }

  ModelOp model;
  SymbolTable symbols;
  llvm::DenseMap<Value, Shared> values;
  std::vector<Number> layerPenalties;
};

} // namespace

template <typename Number>
llvm::Error Run<Number>::bindInputs(ArrayRef<Tensor<Number>> inputs) {
  if (inputs.size() != model.getArguments().size()) {
    return failureAt(model, "has " + Twine(model.getArguments().size()) +
                                " inputs, but got " + Twine(inputs.size()));
  }
  int64_t batch = -1;
  for (auto [index, argument] : llvm::enumerate(model.getArguments())) {
    const Tensor<Number> &input = inputs[index];
    ArrayRef<int64_t> wanted =
        cast<RankedTensorType>(argument.getType()).getShape();
    bool fits =
        wanted.size() == input.shape.size() &&
        llvm::none_of(input.shape, [](int64_t size) { return size < 0; }) &&
        productOf(input.shape) == int64_t(input.data.size());
    for (size_t dim = 0; fits && dim < wanted.size(); ++dim) {
      int64_t size = wanted[dim];
      if (ShapedType::isDynamic(size)) {
        batch = batch < 0 ? input.shape[dim] : batch;
        size = batch;
      }
      fits = input.shape[dim] == size;
    }
    if (!fits) {
      std::string got;
      llvm::raw_string_ostream os(got);
      os << "input " << index << " of type '" << argument.getType()
         << "' got a tensor of shape [";
      llvm::interleaveComma(input.shape, os);
      os << "] with " << input.data.size() << " elements";
      return failureAt(
          model,
          got + (batch < 0 ? "" : ", at a batch of " + std::to_string(batch)));
    }
    values[argument] = std::make_shared<Tensor<Number>>(input);
  }
  return llvm::Error::success();
}

template <typename Number>
void Run<Number>::passOn(Operation *op, Block &body) {
  for (auto [result, value] :
       llvm::zip_equal(op->getResults(), body.getTerminator()->getOperands())) {
    share(value, result);
  }
}

template <typename Number>
llvm::Error Run<Number>::runLayer(LayerOp layer) {
  Block &body = layer.getBody().front();
  if (llvm::Error error = runBlock(body)) {
    return error;
  }
  passOn(layer, body);
  if (!layer.getRegularizer() && !layer.getOrthogonal()) {
    return llvm::Error::success();
  }
  for (Value output : layer.getOutputs()) {
    const Tensor<Number> &x = *values.at(output);
    llvm::Expected<Number> penalty =
        layer.getOrthogonal()
            ? penaltyOf(layer, output, x, *layer.getOrthogonal(),
                        layer.getNorm())
            : penaltyOf(layer, output, x, *layer.getRegularizer(),
                        layer.getNorm());
    if (!penalty) {
      return penalty.takeError();
    }
    layerPenalties.push_back(*penalty);
  }
  return llvm::Error::success();
}

template <typename Number>
llvm::Error Run<Number>::runKernel(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  for (auto [argument, operand] :
       llvm::zip_equal(body.getArguments(), kernel.getInputs())) {
    share(operand, argument);
  }
  if (llvm::Error error = runBlock(body)) {
    return error;
  }
  passOn(kernel, body);
  return llvm::Error::success();
}

template <typename Number>
llvm::Expected<Tensor<Number>> Run<Number>::compute(Operation &op) {
  SmallVector<const Tensor<Number> *> x;
  for (Value operand : op.getOperands()) {
    x.push_back(values.at(operand).get());
  }
  auto fail = [&](const Twine &what) -> llvm::Expected<Tensor<Number>> {
    return failureAt(&op, what);
  };
#define KREG_CASE(Op)                                                          \
  if (auto core = dyn_cast<Op>(op)) {                                          \
    return interpreter::run<Number>(core, x);                                  \
  }
  KREG_FOR_EACH_CORE_OP(KREG_CASE)
#undef KREG_CASE
  if (auto read = dyn_cast<ReadOp>(op)) {
    auto variable = symbols.lookup<VariableOp>(read.getVariable());
    if (!variable || !variable.getValue()) {
      return fail("reads '" + read.getVariable() + "', which has no value");
    }
    return interpreter::tensorOf<Number>(&op, *variable.getValue());
  }
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    return interpreter::tensorOf<Number>(&op, constant.getValue());
  }
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto number = dyn_cast<FloatAttr>(constant.getValue());
    std::optional<Number> value =
        number ? Arithmetic<Number>::of(number.getValueAsDouble())
               : std::nullopt;
    return value ? Tensor<Number>{{}, {*value}}
                 : fail("is not a finite number");
  }
  if (auto divide = dyn_cast<DivideByBatchOp>(op)) {
    int64_t batch = x[1]->shape.empty() ? 0 : x[1]->shape[0];
    std::optional<Number> value;
    if (batch != 0) {
      value = Arithmetic<Number>::divide(x[0]->data[0], Number(batch));
    }
    return Tensor<Number>{{}, {value.value_or(Number(0))}};
  }
  return fail("has no meaning for the interpreter, which takes core ops");
}

template <typename Number>
llvm::Error Run<Number>::runOp(Operation &op) {
  if (auto layer = dyn_cast<LayerOp>(op)) {
    return runLayer(layer);
  }
  if (auto kernel = dyn_cast<KernelOp>(op)) {
    return runKernel(kernel);
  }
  llvm::Expected<Tensor<Number>> result = compute(op);
  if (!result) {
    return result.takeError();
  }
  values[op.getResult(0)] =
      std::make_shared<Tensor<Number>>(std::move(*result));
  return llvm::Error::success();
}

template <typename Number>
llvm::Error Run<Number>::runBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (llvm::Error error = runOp(op)) {
      return error;
    }
  }
  return llvm::Error::success();
}

template <typename Number>
llvm::Expected<Evaluation<Number>>
Run<Number>::operator()(ArrayRef<Tensor<Number>> inputs) {
  if (llvm::Error error = bindInputs(inputs)) {
    return std::move(error);
  }
  if (llvm::Error error = runBlock(model.getBody().front())) {
    return std::move(error);
  }
  Evaluation<Number> result;
  auto terminator = cast<ReturnOp>(model.getBody().front().getTerminator());
  for (Value output : terminator.getOutputs()) {
    result.outputs.push_back(*values.at(output));
  }
  for (Value penalty : terminator.getPenalties()) {
    result.penalties.push_back(values.at(penalty)->data[0]);
  }
  llvm::append_range(result.penalties, layerPenalties);
  return result;
}

template <typename Number>
llvm::Expected<Evaluation<Number>>
kreg::evaluate(ModelOp model, ArrayRef<Tensor<Number>> inputs) {
  return Run<Number>(model)(inputs);
}
template llvm::Expected<Evaluation<double>>
    kreg::evaluate<double>(ModelOp, ArrayRef<Tensor<double>>);
template llvm::Expected<Evaluation<Rational>>
    kreg::evaluate<Rational>(ModelOp, ArrayRef<Tensor<Rational>>);
template llvm::Expected<Evaluation<Ball>>
    kreg::evaluate<Ball>(ModelOp, ArrayRef<Tensor<Ball>>);
