// Runs plans loop by loop.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/PlanReference.h"

#include "compiler/Conversion/KernelToPlan/KernelToPlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "gtest/gtest.h"

#include <cmath>
#include <numeric>

namespace kregc::test {
namespace {

using plan::ElementType;
using plan::Expression;
using plan::Operator;

/// One run of one plan.
struct Run {
  const plan::Plan &plan;
  int64_t batch;
  std::vector<Tensor> values;
  std::vector<bool> written;
  Index loops;
  double accumulator = 0;

  double evaluate(const Expression &e);
  double operate(const Expression &e);
  double read(const Expression &e);
  void runStage(const plan::Stage &stage);
};

double rounded(ElementType type, double v) {
  return type == ElementType::F32 ? double(float(v)) : v;
}

double Run::read(const Expression &e) {
  const Tensor &value = values[e.value];
  Index index;
  for (size_t i = 0; i < value.shape.size(); ++i) {
    int64_t at = int64_t(evaluate(*e.operands[i]));
    if (at < 0 || at >= value.shape[i]) {
      if (e.op == Operator::ReadOr) {
        return evaluate(*e.operands.back());
      }
      ADD_FAILURE() << plan.name << " reads " << plan.values[e.value].name
                    << " out of bounds: index " << at << " of dimension " << i
                    << " at batch " << batch;
      return NAN;
    }
    index.push_back(at);
  }
  EXPECT_TRUE(written[e.value]) << plan.values[e.value].name;
  return value.at(index);
}

double extremum(double a, double b, bool max) {
  if (std::isnan(a) || std::isnan(b)) {
    return NAN;
  }
  return max ? std::max(a, b) : std::min(a, b);
}

/// Philox-4x32-10: see kreg.random.
double uniform(llvm::function_ref<double(size_t)> arg) {
  auto word = [&](size_t i) { return uint32_t(int64_t(arg(i))); };
  uint32_t k0 = word(0), k1 = word(1);
  uint32_t position = word(5), c0 = position / 64 * 16 + position % 16;
  uint32_t c1 = word(4), c2 = word(2), c3 = word(3);
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(0xD2511F53) * c0, b = uint64_t(0xCD9E8D57) * c2;
    c0 = uint32_t(b >> 32) ^ c1 ^ k0;
    c1 = uint32_t(b);
    c2 = uint32_t(a >> 32) ^ c3 ^ k1;
    c3 = uint32_t(a);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  uint32_t words[] = {c0, c1, c2, c3};
  return std::ldexp(double(words[position % 64 / 16] >> 8) + 1, -24);
}

double Run::operate(const Expression &e) {
  auto arg = [&](size_t i) { return evaluate(*e.operands[i]); };
  bool integer = e.type == ElementType::I32;
  switch (e.op) {
  case Operator::Real:
    return e.real;
  case Operator::Integer:
    return double(e.integer);
  case Operator::Loop:
    return double(loops.at(e.integer));
  case Operator::Extent:
    return double(e.extent.at(batch));
  case Operator::Accumulator:
    return accumulator;
  case Operator::Read:
  case Operator::ReadOr:
    return read(e);
  case Operator::Add:
    return arg(0) + arg(1);
  case Operator::Sub:
    return arg(0) - arg(1);
  case Operator::Mul:
    return arg(0) * arg(1);
  case Operator::Div:
    return integer ? std::floor(arg(0) / arg(1)) : arg(0) / arg(1);
  case Operator::Mod:
    return arg(0) - std::floor(arg(0) / arg(1)) * arg(1);
  case Operator::Max:
    return extremum(arg(0), arg(1), true);
  case Operator::Min:
    return extremum(arg(0), arg(1), false);
  case Operator::Neg:
    return -arg(0);
  case Operator::Abs:
    return std::fabs(arg(0));
  case Operator::Sqrt:
    return std::sqrt(arg(0));
  case Operator::Exp:
    return std::exp(arg(0));
  case Operator::Log:
    return std::log(arg(0));
  case Operator::Tanh:
    return std::tanh(arg(0));
  case Operator::Erf:
    return std::erf(arg(0));
  case Operator::Pow:
    return std::pow(arg(0), arg(1));
  case Operator::Floor:
    return std::floor(arg(0));
  case Operator::Less:
    return arg(0) < arg(1);
  case Operator::LessEqual:
    return arg(0) <= arg(1);
  case Operator::Equal:
    return arg(0) == arg(1);
  case Operator::And:
    return arg(0) != 0 && arg(1) != 0;
  case Operator::Or:
    return arg(0) != 0 || arg(1) != 0;
  case Operator::Not:
    return arg(0) == 0;
  case Operator::Select:
    return arg(0) != 0 ? arg(1) : arg(2);
  case Operator::Cast:
    return arg(0);
  case Operator::Random:
    return uniform(arg);
  }
  ADD_FAILURE() << "an operator without a meaning";
  return NAN;
}

double Run::evaluate(const Expression &e) {
  return rounded(e.type, operate(e));
}

void Run::runStage(const plan::Stage &stage) {
  Index parallel, reduction;
  for (const plan::Loop &loop : stage.loops) {
    (loop.reduction ? reduction : parallel).push_back(loop.extent.at(batch));
  }
  for (const plan::Write &write : stage.writes) {
    EXPECT_EQ(values[write.value].shape, parallel)
        << plan.name << ", " << stage.name;
    EXPECT_FALSE(written[write.value]) << stage.name << " is written twice";
    ElementType type = plan.values[write.value].type;
    forEach(parallel, [&](const Index &at) {
      loops = at;
      if (!write.init) {
        values[write.value].at(at) = rounded(type, evaluate(*write.body));
        return;
      }
      accumulator = evaluate(*write.init);
      forEach(reduction, [&](const Index &inner) {
        loops = at;
        loops.insert(loops.end(), inner.begin(), inner.end());
        accumulator = rounded(type, evaluate(*write.body));
      });
      values[write.value].at(at) = accumulator;
    });
    written[write.value] = true;
  }
}

/// The elements in the order of memory.
std::vector<double> asInMemory(const plan::Value &value, const Tensor &tensor) {
  std::vector<size_t> order = plan::memoryOrder(value);
  Index sizes, index(order.size());
  for (size_t dimension : order) {
    sizes.push_back(tensor.shape[dimension]);
  }
  std::vector<double> elements;
  forEach(sizes, [&](const Index &at) {
    for (size_t place = 0; place < order.size(); ++place) {
      index[order[place]] = at[place];
    }
    elements.push_back(tensor.at(index));
  });
  return elements;
}

} // namespace

std::vector<std::vector<double>>
execute(const plan::Plan &plan, int64_t batch,
        const std::vector<std::vector<double>> &operands) {
  Run run{plan, batch, {}, {}, {}};
  for (const plan::Value &value : plan.values) {
    Index shape;
    for (const plan::Extent &extent : value.shape) {
      shape.push_back(extent.at(batch));
    }
    Tensor tensor(shape);
    bool operand = value.kind == plan::Value::Kind::Input ||
                   value.kind == plan::Value::Kind::Weight;
    if (operand) {
      const std::vector<double> &given = operands.at(run.values.size());
      EXPECT_EQ(given.size(), tensor.data.size()) << value.name;
      tensor.data = given;
    }
    run.values.push_back(std::move(tensor));
    run.written.push_back(operand);
  }
  for (const plan::Stage &stage : plan.stages) {
    run.runStage(stage);
  }
  std::vector<std::vector<double>> result;
  for (size_t i = 0; i < run.values.size(); ++i) {
    EXPECT_TRUE(run.written[i]) << plan.values[i].name << " is not written";
    result.push_back(asInMemory(plan.values[i], run.values[i]));
  }
  return result;
}

namespace {

/// Runs the kernel at `batch` and stores its results.
void runKernel(mlir::kreg::KernelOp op, int64_t batch,
               llvm::DenseMap<mlir::Value, Tensor> &tensors,
               llvm::DenseMap<mlir::Value, double> &numbers) {
  auto kernel = mlir::kreg::translateKernel(op);
  ASSERT_TRUE(mlir::succeeded(kernel));
  const plan::Plan *plan = nullptr;
  for (const plan::Variant &variant : kernel->variants) {
    if (!plan && batch <= variant.maxBatch) {
      plan = &variant.plan;
    }
  }
  ASSERT_NE(plan, nullptr);
  std::vector<std::vector<double>> operands;
  for (mlir::Value input : op.getInputs()) {
    operands.push_back(tensors.at(input).data);
  }
  auto values = execute(*plan, batch, operands);
  size_t next = operands.size();
  for (mlir::Value result : op.getResults()) {
    std::vector<double> &value = values.at(next);
    if (auto type = mlir::dyn_cast<mlir::RankedTensorType>(result.getType())) {
      EXPECT_EQ(plan->values[next].kind, plan::Value::Kind::Output);
      Index shape(type.getShape());
      for (int64_t &n : shape) {
        n = mlir::ShapedType::isDynamic(n) ? batch : n;
      }
      Tensor tensor(shape);
      EXPECT_EQ(tensor.data.size(), value.size());
      tensor.data = std::move(value);
      tensors[result] = std::move(tensor);
    } else {
      EXPECT_EQ(plan->values[next].kind, plan::Value::Kind::PenaltySum);
      numbers[result] = std::accumulate(value.begin(), value.end(), 0.0);
    }
    ++next;
  }
}

} // namespace

/// kreg.phase_kernel, as its description has it.
static Tensor sortByPhases(mlir::kreg::PhaseKernelOp op, const Tensor &kernel) {
  Tensor result(Index(op.getY().getType().getShape()));
  size_t spatial = op.getStrides().size();
  forEach(result.shape, [&](const Index &at) {
    Index from;
    for (size_t i = 0; i < spatial; ++i) {
      int64_t stride = op.getStrides()[i], low = op.getLow()[i];
      int64_t first =
          mlir::kreg::PhaseKernelOp::firstOf(kernel.shape[i], stride, low);
      int64_t tap = at[i] + low - (first + at[spatial + i]) * stride;
      if (tap < 0 || tap >= kernel.shape[i]) {
        return; // 0
      }
      from.push_back(tap);
    }
    from.push_back(at[2 * spatial + 1]);
    from.push_back(at[2 * spatial]);
    result.at(at) = kernel.at(from);
  });
  return result;
}

Results runKernelForm(mlir::kreg::ModelOp model,
                      const std::vector<Tensor> &inputs,
                      const Weights &weights) {
  using namespace mlir::kreg;
  int64_t batch = inputs[0].shape[0];
  llvm::DenseMap<mlir::Value, Tensor> tensors;
  llvm::DenseMap<mlir::Value, double> numbers;
  for (auto [argument, input] :
       llvm::zip_equal(model.getBody().getArguments(), inputs)) {
    tensors[argument] = input;
  }
  Results results;
  for (mlir::Operation &op : model.getBody().front()) {
    if (auto read = mlir::dyn_cast<ReadOp>(op)) {
      tensors[read] = weights.at(read.getVariable().str());
    } else if (auto phases = mlir::dyn_cast<PhaseKernelOp>(op)) {
      tensors[phases] = sortByPhases(phases, tensors.at(phases.getKernel()));
    } else if (auto kernel = mlir::dyn_cast<KernelOp>(op)) {
      runKernel(kernel, batch, tensors, numbers);
    } else if (auto view = mlir::dyn_cast<ReshapeOp>(op)) {
      Tensor tensor = tensors.at(view.getX());
      tensor.shape.assign(view.getType().getShape().begin(),
                          view.getType().getShape().end());
      for (int64_t &n : tensor.shape) {
        n = mlir::ShapedType::isDynamic(n) ? batch : n;
      }
      tensors[view] = std::move(tensor);
    } else if (auto divide = mlir::dyn_cast<DivideByBatchOp>(op)) {
      double n = double(tensors.at(divide.getOf()).shape[0]);
      numbers[divide] = n == 0 ? 0 : numbers.lookup(divide.getSum()) / n;
    } else if (auto constant = mlir::dyn_cast<mlir::arith::ConstantOp>(op)) {
      numbers[constant] =
          mlir::cast<mlir::FloatAttr>(constant.getValue()).getValueAsDouble();
    } else if (auto end = mlir::dyn_cast<ReturnOp>(op)) {
      for (mlir::Value output : end.getOutputs()) {
        results.outputs.push_back(tensors.at(output));
      }
      for (mlir::Value number : end.getPenalties()) {
        results.penalties.push_back(numbers.lookup(number));
      }
    } else {
      ADD_FAILURE() << op.getName().getStringRef().str()
                    << " is not of kernel form";
    }
  }
  return results;
}

} // namespace kregc::test
