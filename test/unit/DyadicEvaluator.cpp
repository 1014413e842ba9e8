// The values of a model's penalties, exactly, for the ops that laws cross.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/DyadicEvaluator.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <functional>

using namespace mlir;
using namespace mlir::kreg;

using Index = std::vector<int64_t>;

namespace {

struct Tensor {
  Index shape;
  std::vector<double> data;

  explicit Tensor(ArrayRef<int64_t> shape) : shape(shape.begin(), shape.end()) {
    int64_t size = 1;
    for (int64_t n : shape) {
      size *= n;
    }
    data.assign(size, 0.0);
  }

  double &at(const Index &index) {
    int64_t flat = 0;
    for (size_t i = 0; i < shape.size(); ++i) {
      flat = flat * shape[i] + index[i];
    }
    return data[flat];
  }
};

} // namespace

/// Calls `visit` with every index of `shape`.
static void forEach(const Index &shape,
                    const std::function<void(const Index &)> &visit) {
  Index index(shape.size(), 0);
  std::function<void(size_t)> go = [&](size_t dim) {
    if (dim == shape.size()) {
      visit(index);
      return;
    }
    for (index[dim] = 0; index[dim] < shape[dim]; ++index[dim]) {
      go(dim + 1);
    }
  };
  go(0);
}

static double apply(UnaryOp op, double x) {
  switch (op.getKind()) {
  case UnaryKind::Relu:
    return x > 0 ? x : 0;
  case UnaryKind::Relu6:
    return x < 0 ? 0 : x > 6 ? 6 : x;
  case UnaryKind::LeakyRelu:
    return x >= 0 ? x : op.getParams()[0] * x;
  case UnaryKind::Elu:
    return x >= 0 ? x : op.getParams()[0] * (std::exp(x) - 1);
  case UnaryKind::Abs:
    return std::fabs(x);
  case UnaryKind::Neg:
    return -x;
  case UnaryKind::Square:
    return x * x;
  default:
    llvm_unreachable("not a function of this evaluator");
  }
}

static void pool(PoolOp op, Tensor &x, Tensor &y) {
  forEach(y.shape, [&](const Index &to) {
    double sum = 0;
    int64_t count = 0;
    forEach({op.getWindow()[0], op.getWindow()[1]}, [&](const Index &k) {
      Index from = to;
      for (int i = 0; i < 2; ++i) {
        from[i + 1] = to[i + 1] * op.getStrides()[i] + k[i];
      }
      sum += x.at(from);
      ++count;
    });
    y.at(to) = sum / count;
  });
}

static void reduce(ReduceOp op, Tensor &x, Tensor &y) {
  forEach(x.shape, [&](const Index &from) {
    Index to;
    for (size_t i = 0; i < from.size(); ++i) {
      if (!llvm::is_contained(op.getAxes(), int64_t(i))) {
        to.push_back(from[i]);
      }
    }
    y.at(to) += x.at(from);
  });
  if (op.getKind() == ReduceKind::Mean) {
    double n = double(x.data.size()) / y.data.size();
    for (double &value : y.data) {
      value /= n;
    }
  }
}

static void concat(ConcatOp op, ArrayRef<Tensor *> inputs, Tensor &y) {
  int64_t offset = 0;
  for (Tensor *x : inputs) {
    forEach(x->shape, [&](const Index &from) {
      Index to = from;
      to[op.getAxis()] += offset;
      y.at(to) = x->at(from);
    });
    offset += x->shape[op.getAxis()];
  }
}

static void evaluate(Operation *op, ArrayRef<Tensor *> x, Tensor &y) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](UnaryOp op) {
        for (size_t i = 0; i < y.data.size(); ++i) {
          y.data[i] = apply(op, x[0]->data[i]);
        }
      })
      .Case([&](BinaryOp op) {
        for (size_t i = 0; i < y.data.size(); ++i) {
          double a = x[0]->data[i], b = x[1]->data[i];
          y.data[i] = op.getKind() == BinaryKind::Add ? a + b : std::min(a, b);
        }
      })
      .Case([&](ConstantOp op) {
        auto value = cast<DenseFPElementsAttr>(op.getValue());
        y.data.assign(y.data.size(),
                      value.getSplatValue<APFloat>().convertToDouble());
      })
      .Case([&](PoolOp op) { pool(op, *x[0], y); })
      .Case([&](ReduceOp op) { reduce(op, *x[0], y); })
      .Case([&](ConcatOp op) { concat(op, x, y); })
      .Case<ReshapeOp, DropoutOp>([&](auto) { y.data = x[0]->data; })
      .Case([&](TransposeOp op) {
        forEach(y.shape, [&](const Index &to) {
          Index from(to.size());
          for (size_t i = 0; i < to.size(); ++i) {
            from[op.getPerm()[i]] = to[i];
          }
          y.at(to) = x[0]->at(from);
        });
      })
      .Case([&](PadOp op) {
        forEach(x[0]->shape, [&](const Index &from) {
          Index to = from;
          for (size_t i = 0; i < to.size(); ++i) {
            to[i] += op.getLow()[i];
          }
          y.at(to) = x[0]->at(from);
        });
      })
      .Default([](Operation *) { llvm_unreachable("not an op of this test"); });
}

static double penaltyOf(PenaltyOp op, const Tensor &x) {
  double s1 = 0, s2 = 0;
  for (double value : x.data) {
    s1 += std::fabs(value);
    s2 += value * value;
  }
  double value = op.getRegularizer().l1() * s1 + op.getRegularizer().l2() * s2;
  return op.getNorm() == Norm::Batch ? value / x.shape[0] : value;
}

std::vector<double>
kregc::test::evaluatePenalties(ModelOp model,
                               const std::vector<double> &input) {
  std::vector<std::unique_ptr<Tensor>> made;
  llvm::DenseMap<Value, Tensor *> values;
  auto make = [&](Value value) -> Tensor & {
    auto type = cast<RankedTensorType>(value.getType());
    made.push_back(std::make_unique<Tensor>(type.getShape()));
    values[value] = made.back().get();
    return *made.back();
  };
  make(model.getBody().getArgument(0)).data = input;
  llvm::DenseMap<Value, double> penalties;
  for (Operation &op : model.getBody().front().without_terminator()) {
    if (auto penalty = dyn_cast<PenaltyOp>(op)) {
      penalties[penalty] = penaltyOf(penalty, *values[penalty.getInput()]);
      continue;
    }
    SmallVector<Tensor *> x;
    for (Value operand : op.getOperands()) {
      x.push_back(values[operand]);
    }
    evaluate(&op, x, make(op.getResult(0)));
  }
  std::vector<double> result;
  auto terminator = cast<ReturnOp>(model.getBody().front().getTerminator());
  for (Value penalty : terminator.getPenalties()) {
    result.push_back(penalties.lookup(penalty));
  }
  return result;
}

std::vector<double> kregc::test::smallIntegers(size_t count, uint32_t seed) {
  std::vector<double> numbers;
  uint32_t state = seed * 2654435761u + 1;
  for (size_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    numbers.push_back(int(state >> 16) % 7 - 3);
  }
  return numbers;
}
