// kreg-form-kernels: core ops of a model become kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Transforms/KernelGroups.h"
#include "compiler/Transforms/KernelNames.h"
#include "compiler/Transforms/Passes.h"
#include "compiler/Transforms/PrepareKernels.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::kreg {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "compiler/Transforms/Passes.h.inc"
} // namespace mlir::kreg

using namespace mlir;
using namespace mlir::kreg;

static constexpr StringLiteral kPass = "kreg-form-kernels";

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {

/// Writes the kernels of a model in front of its terminator.
class KernelWriter {
public:
  explicit KernelWriter(ModelOp model)
      : model(model), terminator(model.getBody().front().getTerminator()),
        builder(terminator), groups(model) {}

  void write() {
    for (unsigned group : groups.inOrder()) {
      writeKernel(group);
    }
    writeOutputs();
    for (Operation &op :
         llvm::make_early_inc_range(llvm::reverse(model.getBody().front()))) {
      if (groups.groupOf(&op) || isOpTriviallyDead(&op)) {
        op.erase();
      }
    }
  }

private:
  void writeKernel(unsigned group);
  void writeBody(const KernelGroup &group, KernelOp kernel,
                 ArrayRef<Value> operands, ArrayRef<Value> results);
  SmallVector<Value> operandsOf(const KernelGroup &group);
  SmallVector<Value> resultsOf(unsigned group);
  SmallVector<PenaltyOp> sumsOf(const KernelGroup &group);
  void writePenalty(PenaltyOp penalty, KernelOp kernel, Value sum);
  Value tensorWithBatchOf(Value tensor, KernelOp kernel);
  void writeOutputs();
  Value copy(Value value, Location loc);
  Value mapped(Value value);
  KernelOp createKernel(Location loc, StringRef name, Family family,
                        ArrayRef<Value> operands, TypeRange results);

  ModelOp model;
  Operation *terminator;
  OpBuilder builder;
  KernelGroups groups;
  KernelNames names;
  IRMapping values; // of penalty form to kernel form
};

} // namespace

/// What stands for `value` in kernel form; views are made where first needed.
Value KernelWriter::mapped(Value value) {
  if (Value known = values.lookupOrNull(value)) {
    return known;
  }
  auto reshape = value.getDefiningOp<ReshapeOp>();
  if (!reshape) {
    return value; // an argument, a weight, a constant
  }
  Value view = ReshapeOp::create(builder, reshape.getLoc(), reshape.getType(),
                                 mapped(reshape.getX()));
  values.map(value, view);
  return view;
}

/// What the kernel reads from outside, in the order in which it is first read.
SmallVector<Value> KernelWriter::operandsOf(const KernelGroup &group) {
  llvm::SetVector<Value> operands;
  llvm::SmallDenseSet<Operation *> inside(group.ops.begin(), group.ops.end());
  for (Operation *op : group.ops) {
    for (Value operand : op->getOperands()) {
      if (isa<PenaltyOp>(op)) {
        operand = stripReshapes(operand); // a sum does not know shapes
      }
      Operation *source = operand.getDefiningOp();
      if (!source || (!inside.contains(source) && !isa<ConstantOp>(source))) {
        operands.insert(operand);
      }
    }
  }
  return operands.takeVector();
}

/// The tensors that others read, in order.
SmallVector<Value> KernelWriter::resultsOf(unsigned group) {
  SmallVector<Value> results;
  for (Operation *op : groups[group].ops) {
    if (!isa<PenaltyOp>(op) && groups.escapes(op->getResult(0), group)) {
      results.push_back(op->getResult(0));
    }
  }
  return results;
}

/// Whether both are the same sum of the same tensor. Sites stay apart in the
/// model's terminator only. Coefficients are float32 then, and one file may
/// spell one in two ways: Keras rounds L1's, but not ActivityRegularization's.
static bool areOneSum(PenaltyOp a, PenaltyOp b) {
  auto coefficients = [](PenaltyOp penalty) {
    L1L2Attr regularizer = penalty.getRegularizer();
    return std::make_pair(static_cast<float>(regularizer.l1()),
                          static_cast<float>(regularizer.l2()));
  };
  return coefficients(a) == coefficients(b) &&
         stripReshapes(a.getInput()) == stripReshapes(b.getInput());
}

/// The penalties that the kernel sums up, each sum once.
SmallVector<PenaltyOp> KernelWriter::sumsOf(const KernelGroup &group) {
  SmallVector<PenaltyOp> sums;
  for (Operation *op : group.ops) {
    auto penalty = dyn_cast<PenaltyOp>(op);
    if (penalty && llvm::none_of(sums, [&](PenaltyOp other) {
          return areOneSum(penalty, other);
        })) {
      sums.push_back(penalty);
    }
  }
  return sums;
}

KernelOp KernelWriter::createKernel(Location loc, StringRef name, Family family,
                                    ArrayRef<Value> operands,
                                    TypeRange results) {
  auto kernel =
      KernelOp::create(builder, loc, results, operands, name, ScheduleAttr(),
                       ScheduleAttr(), IntegerAttr(), ArrayAttr());
  kernel->setAttr("kreg.family", FamilyAttr::get(builder.getContext(), family));
  Block &body = kernel.getBody().emplaceBlock();
  for (Value operand : operands) {
    body.addArgument(operand.getType(), operand.getLoc());
  }
  return kernel;
}

void KernelWriter::writeKernel(unsigned number) {
  const KernelGroup &group = groups[number];
  SmallVector<Value> operands = operandsOf(group);
  SmallVector<Value> results = resultsOf(number);
  SmallVector<Value> inputs = llvm::map_to_vector(
      operands, [&](Value operand) { return mapped(operand); });
  SmallVector<Type> types = llvm::map_to_vector(
      results, [](Value result) { return result.getType(); });
  SmallVector<PenaltyOp> sums = sumsOf(group);
  types.append(sums.size(), builder.getF64Type());
  KernelOp kernel =
      createKernel(group.anchor->getLoc(), names.make(group.anchor),
                   group.family, inputs, types);
  writeBody(group, kernel, operands, results);
  for (auto [index, result] : llvm::enumerate(results)) {
    values.map(result, kernel.getResult(index));
  }
  for (Operation *op : group.ops) {
    if (auto penalty = dyn_cast<PenaltyOp>(op)) {
      const auto *sum = llvm::find_if(
          sums, [&](PenaltyOp other) { return areOneSum(penalty, other); });
      size_t index = results.size() + (sum - sums.begin());
      writePenalty(penalty, kernel, kernel.getResult(index));
    }
  }
}

void KernelWriter::writeBody(const KernelGroup &group, KernelOp kernel,
                             ArrayRef<Value> operands,
                             ArrayRef<Value> results) {
  Block &body = kernel.getBody().front();
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  IRMapping mapping;
  mapping.map(operands, body.getArguments());
  SmallVector<Value> sums;
  for (Operation *op : group.ops) {
    for (Value operand : op->getOperands()) {
      auto constant = operand.getDefiningOp<ConstantOp>();
      if (constant && !mapping.contains(operand)) {
        inside.clone(*constant, mapping);
      }
    }
    if (!isa<PenaltyOp>(op)) {
      inside.clone(*op, mapping);
    }
  }
  for (PenaltyOp penalty : sumsOf(group)) {
    sums.push_back(
        PenaltyOp::create(inside, penalty.getLoc(),
                          mapping.lookup(stripReshapes(penalty.getInput())),
                          penalty.getRegularizer(), Norm::None));
  }
  SmallVector<Value> yielded = llvm::map_to_vector(
      results, [&](Value result) { return mapping.lookup(result); });
  llvm::append_range(yielded, sums);
  YieldOp::create(inside, kernel.getLoc(), yielded);
}

/// A tensor with the batch of `tensor` that exists in kernel form.
Value KernelWriter::tensorWithBatchOf(Value tensor, KernelOp kernel) {
  tensor = stripReshapes(tensor);
  if (Value known = values.lookupOrNull(tensor)) {
    return known;
  }
  auto hasSameBatch = [&](Value other) {
    auto type = dyn_cast<RankedTensorType>(other.getType());
    return type && type.getRank() > 0 && !other.getDefiningOp<ReadOp>() &&
           type.getDimSize(0) == typeOf(tensor).getDimSize(0);
  };
  for (Value other :
       llvm::concat<Value>(SmallVector<Value>(kernel.getResults()),
                           SmallVector<Value>(kernel.getInputs()))) {
    if (hasSameBatch(other)) {
      return other;
    }
  }
  return tensor;
}

void KernelWriter::writePenalty(PenaltyOp penalty, KernelOp kernel, Value sum) {
  bool fused =
      kernel.getBody().front().getOperations().size() >
      1 + llvm::range_size(kernel.getBody().front().getOps<PenaltyOp>());
  auto options = remark::RemarkOpts::name(fused ? "fused" : "unfused")
                     .category(kPass)
                     .function(model.getSymName());
  if (fused) {
    remark::passed(penalty.getLoc(), options)
        << remark::reason("the penalty needs no pass of its own: it is summed "
                          "in the kernel '{0}'",
                          kernel.getKernelName().str());
  } else {
    remark::missed(penalty.getLoc(), options)
        << remark::reason("the penalty is a pass of its own: its tensor is a "
                          "model input, or made by a kernel that only moves");
  }
  if (penalty.getNorm() == Norm::Batch) {
    Value of = tensorWithBatchOf(penalty.getInput(), kernel);
    sum = DivideByBatchOp::create(builder, penalty.getLoc(), sum, of);
  }
  values.map(penalty.getResult(), sum);
}

/// A kernel that yields its operand.
Value KernelWriter::copy(Value value, Location loc) {
  KernelOp kernel =
      createKernel(loc, names.make("copy_of_" + names.of(loc, "tensor")),
                   Family::Data, {value}, value.getType());
  Block &body = kernel.getBody().front();
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  YieldOp::create(inside, loc, ValueRange(body.getArgument(0)));
  return kernel.getResult(0);
}

/// Outputs are results of kernels, or views of them, each its own.
void KernelWriter::writeOutputs() {
  auto end = cast<ReturnOp>(terminator);
  llvm::SmallDenseSet<Value> taken;
  for (OpOperand &output : end.getOutputsMutable()) {
    Value value = mapped(output.get());
    Value root = stripReshapes(value);
    if (!root.getDefiningOp<KernelOp>() || !taken.insert(root).second) {
      value = copy(value, output.get().getLoc());
    }
    output.set(value);
  }
  for (OpOperand &penalty : end.getPenaltiesMutable()) {
    penalty.set(mapped(penalty.get()));
  }
}

namespace {

class FormKernelsPass
    : public ::mlir::kreg::impl::FormKernelsPassBase<FormKernelsPass> {
public:
  void runOnOperation() override {
    ModelOp model = getOperation();
    for (Operation &op : model.getBody().front()) {
      if (isa<LayerOp, DropoutOp, KernelOp>(op)) {
        op.emitOpError("is not of penalty form at inference; run "
                       "'kreg-penalty-pipeline' first, and "
                       "'kreg-form-kernels' once");
        return signalPassFailure();
      }
    }
    prepareKernels(model);
    KernelWriter(model).write();
  }
};

} // namespace
