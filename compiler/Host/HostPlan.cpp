// From a model in kernel form to the plan of its host code.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostPlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <limits>
#include <map>

using namespace llvm;
using namespace mlir::kreg;
using mlir::cast;
using mlir::dyn_cast;
using mlir::RankedTensorType;
using mlir::Value;

namespace kregc::host {

int64_t bytesOf(plan::ElementType type) {
  switch (type) {
  case plan::ElementType::F32:
  case plan::ElementType::I32:
    return 4;
  case plan::ElementType::F64:
    return 8;
  case plan::ElementType::I1:
    return 1;
  }
  llvm_unreachable("unknown element type");
}

bool Call::isSum(size_t i) const {
  if (orthogonal) {
    return i == 1 && !orthogonal->wantsGradient;
  }
  const plan::Plan &first = kernel->variants[0].plan;
  return first.values[first.arguments()[i]].kind ==
         plan::Value::Kind::PenaltySum;
}

std::optional<Size> countElements(const std::vector<plan::Extent> &shape) {
  int64_t fixed = 1;
  const plan::Extent *growing = nullptr;
  for (const plan::Extent &extent : shape) {
    if (extent.isStatic()) {
      if (MulOverflow(fixed, extent.at(0), fixed)) {
        return std::nullopt;
      }
    } else if (growing) {
      return std::nullopt;
    } else {
      growing = &extent;
    }
  }
  if (!growing) {
    return Size{fixed, 0};
  }
  // ceil((c + k·b) / d) <= (c + d - 1)/d + (k/d)·b
  int64_t constant, perBatch;
  if (MulOverflow(fixed, growing->constant + growing->divisor - 1, constant) ||
      MulOverflow(fixed, growing->perBatch, perBatch)) {
    return std::nullopt;
  }
  auto upTo = [&](int64_t n) -> int64_t {
    return divideCeil(uint64_t(std::max<int64_t>(n, 0)), growing->divisor);
  };
  return Size{upTo(constant), upTo(perBatch)};
}

namespace {

/// Builds the plan in one walk over the model.
class Planner {
public:
  Planner(ModelOp model, const std::vector<plan::Kernel> &kernels)
      : model(model), symbols(model->getParentOp()), kernels(kernels) {
    auto module = model->getParentOfType<mlir::ModuleOp>();
    isTraining = module->hasAttr("kreg.training");
    for (auto variable : module.getOps<VariableOp>()) {
      numberOf.insert({variable.getSymNameAttr(), numberOf.size()});
    }
  }

  Expected<HostPlan> run();

private:
  Error addPorts();
  Error addOperation(mlir::Operation &op);
  Error addCall(KernelOp kernel);
  template <typename Op>
  Error addOrthogonal(Op op, bool wantsGradient);
  Error addResult(KernelOp kernel, int number, const plan::Value &value,
                  Call &call);
  Error addReturn(ReturnOp op);
  Error addOutput(Value value, Port &port, int number);
  int keep(const Port &port, int number);
  Expected<int> operandBuffer(Value operand, const plan::Value &value);
  Expected<int> weightBuffer(ReadOp read, int64_t packing,
                             PhaseKernelOp phases = {});
  Expected<int> tensorBuffer(Value tensor);
  int variableBuffer(ReadOp read);
  void addRandomState(RandomStateOp op);
  Expected<Penalty> penalty(Value value);
  Error limitBatch(const std::vector<plan::Extent> &shape, StringRef what);
  int addBuffer(Buffer buffer);
  void touch(int buffer);

  ModelOp model;
  mlir::SymbolTable symbols;
  const std::vector<plan::Kernel> &kernels;
  bool isTraining;                          ///< variables lie in the instance
  DenseMap<mlir::StringAttr, int> numberOf; ///< of variables, in their order
  HostPlan plan;
  size_t nextKernel = 0;
  DenseMap<Value, int> bufferOf; ///< of tensors; reshapes share
  DenseMap<Value, Penalty> penaltyOf;
  /// By path, packing, strides and pads of phases.
  std::map<std::tuple<std::string, int64_t, std::vector<int64_t>,
                      std::vector<int64_t>>,
           int>
      weightOf;
};

Error failure(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

std::vector<int64_t> dimensions(RankedTensorType type) {
  std::vector<int64_t> shape;
  for (int64_t size : type.getShape()) {
    shape.push_back(mlir::ShapedType::isDynamic(size) ? -1 : size);
  }
  return shape;
}

std::vector<plan::Extent> extentsOf(const Port &port) {
  std::vector<plan::Extent> extents;
  for (int64_t size : port.shape) {
    extents.push_back(size < 0 ? plan::Extent{0, 1, 1}
                               : plan::Extent{size, 0, 1});
  }
  return extents;
}

Size elementsOf(const Port &port) {
  int64_t fixed = 1;
  bool growing = false;
  for (int64_t size : port.shape) {
    growing |= size < 0;
    fixed *= size < 0 ? 1 : size;
  }
  return growing ? Size{0, fixed} : Size{fixed, 0};
}

Size floatBytesOf(const Port &port) {
  Size count = elementsOf(port);
  return {count.constant * 4, count.perBatch * 4};
}

/// "input_1", or "input 0" if the model does not say.
std::string nameOf(mlir::DictionaryAttr attributes, StringRef kind,
                   unsigned number) {
  if (attributes) {
    if (auto name = attributes.getAs<mlir::StringAttr>("kreg.name")) {
      return name.str();
    }
  }
  return (kind + " " + Twine(number)).str();
}

int Planner::addBuffer(Buffer buffer) {
  buffer.first = buffer.last = plan.calls.size();
  plan.buffers.push_back(buffer);
  return plan.buffers.size() - 1;
}

void Planner::touch(int buffer) {
  plan.buffers[buffer].last = plan.calls.size();
}

/// Elements and strides are int32 in kernels.
Error Planner::limitBatch(const std::vector<plan::Extent> &shape,
                          StringRef what) {
  constexpr int64_t limit = std::numeric_limits<int32_t>::max();
  std::optional<Size> count = countElements(shape);
  if (!count || count->constant > limit) {
    return failure(Twine(what) + " has more elements than an int32 can count");
  }
  if (count->perBatch > 0) {
    plan.mostBatch =
        std::min(plan.mostBatch, (limit - count->constant) / count->perBatch);
  }
  if (plan.mostBatch < std::max<int64_t>(1, plan.leastBatch)) {
    return failure(Twine(what) +
                   " has more elements than an int32 can count, even for one "
                   "element of a batch");
  }
  return Error::success();
}

Error Planner::addPorts() {
  plan.mostBatch = std::numeric_limits<int32_t>::max();
  for (auto [i, argument] : enumerate(model.getBody().getArguments())) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || !type.getElementType().isF32()) {
      return failure("input " + Twine(i) +
                     " is not of float32, the only type that the library's "
                     "inputs have");
    }
    Port port;
    port.name = nameOf(mlir::function_interface_impl::getArgAttrDict(model, i),
                       "input", i);
    port.shape = dimensions(type);
    if (type.getRank() > 0 && !type.isDynamicDim(0)) {
      int64_t batch = type.getDimSize(0);
      if (plan.leastBatch != 0 && plan.leastBatch != batch) {
        return failure("the inputs have different batch sizes, " +
                       Twine(plan.leastBatch) + " and " + Twine(batch));
      }
      plan.leastBatch = plan.mostBatch = batch;
    }
    if (Error error =
            limitBatch(extentsOf(port), "input " + std::to_string(i))) {
      return error;
    }
    Buffer buffer;
    buffer.place = Buffer::Place::Input;
    buffer.index = i;
    port.buffer = bufferOf[argument] = addBuffer(buffer);
    plan.inputs.push_back(std::move(port));
  }
  return Error::success();
}

int Planner::variableBuffer(ReadOp read) {
  int number = numberOf.lookup(read.getVariableAttr().getAttr());
  auto [it, isNew] =
      weightOf.insert({{read.getVariable().str(), 0, {}, {}}, 0});
  if (isNew) {
    Buffer buffer;
    buffer.place = Buffer::Place::Variable;
    buffer.index = number;
    it->second = addBuffer(buffer);
  }
  return it->second;
}

void Planner::addRandomState(RandomStateOp op) {
  Buffer buffer;
  buffer.place = Buffer::Place::RandomState;
  bufferOf[op.getState()] = addBuffer(buffer);
}

Expected<int> Planner::weightBuffer(ReadOp read, int64_t packing,
                                    PhaseKernelOp phases) {
  if (isTraining) {
    if (packing != 0) {
      return failure("the weight '" + read.getVariable() +
                     "' is packed, but training changes it");
    }
    return variableBuffer(read);
  }
  std::string path = read.getVariable().str();
  std::vector<int64_t> strides, low;
  if (phases) {
    strides = phases.getStrides().vec();
    low = phases.getLow().vec();
  }
  auto [it, isNew] = weightOf.insert({{path, packing, strides, low}, 0});
  if (!isNew) {
    return it->second;
  }
  auto variable = symbols.lookup<VariableOp>(path);
  if (!variable || !variable.getValue()) {
    return failure("the weight '" + path +
                   "' has no value; a library needs a model with weights");
  }
  Weight weight;
  weight.path = path;
  weight.type = cast<RankedTensorType>(variable.getType());
  weight.value = *variable.getValue();
  weight.packing = packing;
  weight.strides = strides;
  weight.low = low;
  Buffer buffer;
  buffer.place = Buffer::Place::Weight;
  buffer.index = plan.weights.size();
  plan.weights.push_back(weight);
  return it->second = addBuffer(buffer);
}

/// Of a tensor that lies in memory as it is.
Expected<int> Planner::tensorBuffer(Value tensor) {
  if (auto read = tensor.getDefiningOp<ReadOp>()) {
    return weightBuffer(read, /*packing=*/0);
  }
  return bufferOf.at(tensor);
}

Expected<int> Planner::operandBuffer(Value operand, const plan::Value &value) {
  if (auto read = operand.getDefiningOp<ReadOp>()) {
    return weightBuffer(read, value.packing);
  }
  if (auto phases = operand.getDefiningOp<PhaseKernelOp>()) {
    return weightBuffer(phases.getKernel().getDefiningOp<ReadOp>(),
                        value.packing, phases);
  }
  if (value.packing != 0) {
    return failure("the kernel operand '" + Twine(value.name) +
                   "' is packed but no weight");
  }
  return tensorBuffer(operand);
}

Error Planner::addResult(KernelOp kernel, int number, const plan::Value &value,
                         Call &call) {
  std::vector<plan::Extent> shape = storedShape(value);
  Buffer buffer;
  for (const plan::Variant &variant : call.kernel->variants) {
    const plan::Value &same =
        variant.plan
            .values[&value - call.kernel->variants[0].plan.values.data()];
    std::string what = "a result of kernel '" + call.kernel->name + "'";
    if (Error error = limitBatch(same.shape, what)) {
      return error;
    }
    Size count = *countElements(same.shape);
    int64_t bytes = bytesOf(same.type);
    buffer.bytes.constant =
        std::max(buffer.bytes.constant, count.constant * bytes);
    buffer.bytes.perBatch =
        std::max(buffer.bytes.perBatch, count.perBatch * bytes);
  }
  int made = addBuffer(buffer);
  call.buffers.push_back(made);
  Value result = kernel.getResult(number);
  if (value.kind == plan::Value::Kind::PenaltySum) {
    Penalty sum;
    sum.call = plan.calls.size();
    sum.argument = call.buffers.size() - 1;
    penaltyOf[result] = sum;
  } else {
    bufferOf[result] = made;
  }
  return Error::success();
}

Error Planner::addCall(KernelOp kernel) {
  if (nextKernel >= kernels.size() || kernels[nextKernel].variants.empty()) {
    return failure("internal: kernel '" + kernel.getKernelName() +
                   "' has no plan");
  }
  Call call;
  call.kernel = &kernels[nextKernel++];
  const plan::Plan &first = call.kernel->variants[0].plan;
  call.work = estimateWork(first);
  int operands = kernel.getInputs().size();
  for (int number : first.arguments()) {
    const plan::Value &value = first.values[number];
    if (number >= operands + int(kernel->getNumResults())) {
      return failure("internal: plan '" + first.name +
                     "' does not fit its kernel");
    }
    if (number >= operands) {
      if (Error error = addResult(kernel, number - operands, value, call)) {
        return error;
      }
      continue;
    }
    if (Error error =
            limitBatch(storedShape(value),
                       "an operand of kernel '" + call.kernel->name + "'")) {
      return error;
    }
    Expected<int> buffer = operandBuffer(kernel.getInputs()[number], value);
    if (!buffer) {
      return buffer.takeError();
    }
    touch(*buffer);
    call.buffers.push_back(*buffer);
  }
  plan.calls.push_back(std::move(call));
  return Error::success();
}

/// kreg.orthogonal_penalty and kreg.orthogonal_gradient.
template <typename Op>
Error Planner::addOrthogonal(Op op, bool wantsGradient) {
  auto type = cast<RankedTensorType>(op.getInput().getType());
  OrthogonalStep step;
  step.rows = type.isDynamicDim(0) ? Size{0, 1} : Size{type.getDimSize(0), 0};
  step.columns = type.getDimSize(1);
  step.ofRows = op.getRegularizer().getMode() == OrthogonalMode::Rows;
  step.factor = static_cast<float>(op.getRegularizer().factor());
  step.divisor = op.getNorm() == Norm::Batch ? step.rows : Size{1, 0};
  step.wantsGradient = wantsGradient;
  Expected<int> matrix = tensorBuffer(op.getInput());
  if (!matrix) {
    return matrix.takeError();
  }
  touch(*matrix);
  // As kreg_rt_orthogonal wants it: two doubles per vector, and each number of
  // the matrix once, with a gradient twice.
  Size vectors = step.ofRows ? step.rows : Size{step.columns, 0};
  int64_t perNumber = sizeof(float) * (wantsGradient ? 2 : 1);
  Buffer scratch;
  scratch.bytes = {
      16 * vectors.constant + perNumber * step.columns * step.rows.constant,
      16 * vectors.perBatch + perNumber * step.columns * step.rows.perBatch};
  Call call;
  call.buffers = {*matrix, addBuffer(scratch)};
  if (wantsGradient) {
    Buffer gradient;
    gradient.bytes = {
        int64_t(sizeof(float)) * step.columns * step.rows.constant,
        int64_t(sizeof(float)) * step.columns * step.rows.perBatch};
    call.buffers.push_back(bufferOf[op->getResult(0)] = addBuffer(gradient));
  } else {
    Penalty sum;
    sum.call = plan.calls.size();
    sum.argument = 1;
    if (op.getNorm() == Norm::Batch) {
      sum.divisors.push_back(step.divisor);
    } else if (step.ofRows) {
      sum.constant = std::numeric_limits<double>::quiet_NaN(); // 0/0
    }
    penaltyOf[op->getResult(0)] = sum;
  }
  call.orthogonal = step;
  plan.calls.push_back(std::move(call));
  return Error::success();
}

Expected<Penalty> Planner::penalty(Value value) {
  auto it = penaltyOf.find(value);
  if (it == penaltyOf.end()) {
    return failure("a penalty is neither a constant nor a kernel's sum");
  }
  return it->second;
}

Error Planner::addOutput(Value value, Port &port, int number) {
  port.shape = dimensions(cast<RankedTensorType>(value.getType()));
  if (!cast<RankedTensorType>(value.getType()).getElementType().isF32()) {
    return failure("output " + Twine(number) +
                   " is not of float32, the only type that the library's "
                   "outputs have");
  }
  if (Error error =
          limitBatch(extentsOf(port), "output " + std::to_string(number))) {
    return error;
  }
  if (auto read = value.getDefiningOp<ReadOp>()) {
    Expected<int> buffer = weightBuffer(read, 0);
    if (!buffer) {
      return buffer.takeError();
    }
    port.buffer = *buffer;
    return Error::success();
  }
  port.buffer = bufferOf.at(value);
  Buffer &buffer = plan.buffers[port.buffer];
  // The first output that shows a value gets it written in place; others, and
  // outputs that are inputs, are copies.
  if (buffer.place == Buffer::Place::Arena) {
    buffer.place = Buffer::Place::Output;
    buffer.index = number;
    buffer.bytes = floatBytesOf(port);
  }
  return Error::success();
}

/// Memory of the arena for an output that the update takes.
int Planner::keep(const Port &port, int number) {
  Buffer kept;
  kept.bytes = floatBytesOf(port);
  int made = addBuffer(kept);
  const Buffer &value = plan.buffers[port.buffer];
  if (value.place == Buffer::Place::Output && value.index == number) {
    plan.buffers[made].first = value.first; // else it is copied at the end
  }
  plan.buffers[made].last = afterTheLastCall;
  return made;
}

Error Planner::addReturn(ReturnOp op) {
  for (auto [i, value] : enumerate(op.getOutputs())) {
    Port port;
    port.name =
        nameOf(mlir::function_interface_impl::getResultAttrDict(model, i),
               "output", i);
    if (Error error = addOutput(value, port, i)) {
      return error;
    }
    // Nothing else of a model has such names, see "Step form".
    StringRef name = port.name;
    if (isTraining &&
        (name.starts_with("grad/") || name.starts_with("state/"))) {
      port.kept = keep(port, i);
    }
    plan.outputs.push_back(std::move(port));
  }
  for (Value value : op.getPenalties()) {
    Expected<Penalty> entry = penalty(value);
    if (!entry) {
      return entry.takeError();
    }
    plan.penalties.push_back(*entry);
  }
  return Error::success();
}

Error Planner::addOperation(mlir::Operation &op) {
  return TypeSwitch<mlir::Operation *, Error>(&op)
      .Case([&](KernelOp kernel) { return addCall(kernel); })
      .Case([&](OrthogonalPenaltyOp penalty) {
        return addOrthogonal(penalty, /*wantsGradient=*/false);
      })
      .Case([&](OrthogonalGradientOp gradient) {
        return addOrthogonal(gradient, /*wantsGradient=*/true);
      })
      .Case([&](ReadOp) { return Error::success(); })
      .Case([&](PhaseKernelOp phases) {
        return !isTraining && phases.getKernel().getDefiningOp<ReadOp>()
                   ? Error::success()
                   : failure("a 'kreg.phase_kernel' is not of a weight that "
                             "stays as it is");
      })
      .Case([&](RandomStateOp state) {
        addRandomState(state);
        return Error::success();
      })
      .Case([&](ReshapeOp reshape) -> Error {
        Expected<int> buffer = tensorBuffer(reshape.getX());
        if (!buffer) {
          return buffer.takeError();
        }
        bufferOf[reshape.getY()] = *buffer;
        return Error::success();
      })
      .Case([&](DivideByBatchOp divide) -> Error {
        Expected<Penalty> sum = penalty(divide.getSum());
        if (!sum) {
          return sum.takeError();
        }
        auto type = cast<RankedTensorType>(divide.getOf().getType());
        sum->divisors.push_back(
            type.isDynamicDim(0) ? Size{0, 1} : Size{type.getDimSize(0), 0});
        penaltyOf[divide.getValue()] = *sum;
        return Error::success();
      })
      .Case([&](mlir::arith::ConstantOp constant) -> Error {
        auto number = dyn_cast<mlir::FloatAttr>(constant.getValue());
        if (!number || !number.getType().isF64()) {
          return failure("a constant of the model is not a float64 number");
        }
        Penalty entry;
        entry.constant = number.getValueAsDouble();
        penaltyOf[constant.getResult()] = entry;
        return Error::success();
      })
      .Case([&](ReturnOp op) { return addReturn(op); })
      .Default([&](mlir::Operation *other) {
        return failure("'" + other->getName().getStringRef() +
                       "' is not of the kernel form, the only one that host "
                       "code is made from");
      });
}

Expected<HostPlan> Planner::run() {
  if (Error error = addPorts()) {
    return std::move(error);
  }
  for (mlir::Operation &op : model.getBody().front()) {
    if (Error error = addOperation(op)) {
      return std::move(error);
    }
  }
  planMemory(plan);
  return std::move(plan);
}

} // namespace

Expected<HostPlan> planHost(ModelOp model,
                            const std::vector<plan::Kernel> &kernels) {
  return Planner(model, kernels).run();
}

} // namespace kregc::host
