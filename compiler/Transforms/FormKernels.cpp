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
        builder(terminator), groups(model), names(prefixOf(model)) {}

  void write() {
    for (unsigned group : groups.inOrder()) {
      if (isHostOp(groups[group].anchor)) {
        writeHostOp(groups[group].anchor);
      } else {
        writeKernel(group);
      }
    }
    writeOutputs();
    for (Operation &op :
         llvm::make_early_inc_range(llvm::reverse(model.getBody().front()))) {
      if (groups.groupOf(&op) || groups.isSource(&op) ||
          isOpTriviallyDead(&op)) {
        op.erase();
      }
    }
  }

private:
  void writeKernel(unsigned group);
  void writeHostOp(Operation *op);
  void writeBody(const KernelGroup &group, KernelOp kernel,
                 ArrayRef<Value> operands, ArrayRef<Value> results);
  static std::string prefixOf(ModelOp model);
  SmallVector<Value> operandsOf(ArrayRef<Operation *> ops);
  void cloneSource(Operation *source, OpBuilder &inside, IRMapping &mapping,
                   Block &body);
  SmallVector<Value> resultsOf(unsigned group);
  SmallVector<Operation *> sumsOf(const KernelGroup &group);
  void writeSum(Operation *op, KernelOp kernel, Value sum);
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

/// Several models of one module share an archive: their kernels' names differ.
std::string KernelWriter::prefixOf(ModelOp model) {
  return model->getParentOp()->hasAttr("kreg.training")
             ? model.getSymName().str() + "_"
             : "";
}

/// The operand of a source that only says how large the batch is.
static Value batchOperandOf(Operation *source) {
  if (auto fill = dyn_cast<FillOp>(source)) {
    return fill.getLike();
  }
  auto random = dyn_cast<RandomOp>(source);
  return random ? random.getLike() : Value();
}

static bool hasBatchOf(Value tensor, Value like) {
  return typeOf(tensor).getRank() > 0 &&
         typeOf(tensor).getDimSize(0) == typeOf(like).getDimSize(0);
}

/// What the kernel of `ops` reads from outside, in the order in which it is
/// first read.
SmallVector<Value> KernelWriter::operandsOf(ArrayRef<Operation *> ops) {
  llvm::SetVector<Value> operands;
  SmallVector<Value> batches;
  llvm::SmallDenseSet<Operation *> inside(ops.begin(), ops.end());
  SmallVector<Operation *> work(llvm::reverse(ops));
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    Value batch = batchOperandOf(op);
    SmallVector<Operation *> found;
    for (Value operand : op->getOperands()) {
      if (isSum(op)) {
        operand = stripReshapes(operand); // a sum does not know shapes
      }
      Operation *source = operand.getDefiningOp();
      if (operand == batch) {
        batches.push_back(operand);
      } else if (source && groups.isSource(source)) {
        found.push_back(source);
      } else if (!source || !inside.contains(source)) {
        operands.insert(operand);
      }
    }
    work.append(found.rbegin(), found.rend());
  }
  for (Value batch : batches) {
    if (llvm::none_of(operands,
                      [&](Value v) { return hasBatchOf(v, batch); })) {
      operands.insert(batch);
    }
  }
  return operands.takeVector();
}

/// The tensors that others read, in order.
SmallVector<Value> KernelWriter::resultsOf(unsigned group) {
  SmallVector<Value> results;
  for (Operation *op : groups[group].ops) {
    if (!isSum(op) && groups.escapes(op->getResult(0), group)) {
      results.push_back(op->getResult(0));
    }
  }
  return results;
}

/// Whether both are the same sum of the same tensor. Sites stay apart in the
/// model's terminator only. Coefficients are float32 then, and one file may
/// spell one in two ways: Keras rounds L1's, but not ActivityRegularization's.
static bool areOneSum(Operation *a, Operation *b) {
  auto coefficients = [](Operation *sum) {
    auto penalty = dyn_cast<PenaltyOp>(sum);
    return penalty ? std::make_pair(float(penalty.getRegularizer().l1()),
                                    float(penalty.getRegularizer().l2()))
                   : std::make_pair(0.0f, 0.0f);
  };
  return a->getName() == b->getName() && coefficients(a) == coefficients(b) &&
         stripReshapes(a->getOperand(0)) == stripReshapes(b->getOperand(0));
}

/// What the kernel sums up, each sum once.
SmallVector<Operation *> KernelWriter::sumsOf(const KernelGroup &group) {
  SmallVector<Operation *> sums;
  for (Operation *op : group.ops) {
    if (isSum(op) && llvm::none_of(sums, [&](Operation *other) {
          return areOneSum(op, other);
        })) {
      sums.push_back(op);
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
  SmallVector<Value> operands = operandsOf(group.ops);
  SmallVector<Value> results = resultsOf(number);
  SmallVector<Value> inputs = llvm::map_to_vector(
      operands, [&](Value operand) { return mapped(operand); });
  SmallVector<Type> types = llvm::map_to_vector(
      results, [](Value result) { return result.getType(); });
  SmallVector<Operation *> sums = sumsOf(group);
  types.append(sums.size(), builder.getF64Type());
  KernelOp kernel =
      createKernel(group.anchor->getLoc(), names.make(group.anchor),
                   group.family, inputs, types);
  writeBody(group, kernel, operands, results);
  for (auto [index, result] : llvm::enumerate(results)) {
    values.map(result, kernel.getResult(index));
  }
  for (Operation *op : group.ops) {
    if (isSum(op)) {
      const auto *sum = llvm::find_if(
          sums, [&](Operation *other) { return areOneSum(op, other); });
      size_t index = results.size() + (sum - sums.begin());
      writeSum(op, kernel, kernel.getResult(index));
    }
  }
}

/// Stays as it is, on tensors that exist in kernel form.
void KernelWriter::writeHostOp(Operation *op) {
  IRMapping operands;
  for (Value operand : op->getOperands()) {
    Operation *source = operand.getDefiningOp();
    operands.map(operand, source && groups.isSource(source)
                              ? copy(operand, op->getLoc())
                              : mapped(operand));
  }
  values.map(op->getResult(0), builder.clone(*op, operands)->getResult(0));
}

/// `source` and what it is made of, inside of a kernel.
void KernelWriter::cloneSource(Operation *source, OpBuilder &inside,
                               IRMapping &mapping, Block &body) {
  if (mapping.contains(source->getResult(0))) {
    return;
  }
  Value batch = batchOperandOf(source);
  IRMapping local = mapping; // the batch may be another tensor's here
  for (Value operand : source->getOperands()) {
    Operation *below = operand.getDefiningOp();
    if (operand == batch) {
      local.map(operand, *llvm::find_if(body.getArguments(), [&](Value v) {
                  return hasBatchOf(v, batch);
                }));
    } else if (below && groups.isSource(below)) {
      cloneSource(below, inside, mapping, body);
      local.map(operand, mapping.lookup(operand));
    }
  }
  mapping.map(source->getResult(0), inside.clone(*source, local)->getResult(0));
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
      Operation *source =
          (isSum(op) ? stripReshapes(operand) : operand).getDefiningOp();
      if (source && groups.isSource(source)) {
        cloneSource(source, inside, mapping, body);
      }
    }
    if (!isSum(op)) {
      inside.clone(*op, mapping);
    }
  }
  for (Operation *op : sumsOf(group)) {
    Value input = mapping.lookup(stripReshapes(op->getOperand(0)));
    auto penalty = dyn_cast<PenaltyOp>(op);
    sums.push_back(
        penalty ? PenaltyOp::create(inside, op->getLoc(), input,
                                    penalty.getRegularizer(), Norm::None)
                      .getResult()
                : TotalOp::create(inside, op->getLoc(), op->getResultTypes(),
                                  input, Norm::None)
                      .getResult());
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

/// What the remarks say about a penalty.
static void remarkOn(PenaltyOp penalty, KernelOp kernel, StringRef model) {
  bool fused =
      kernel.getBody().front().getOperations().size() >
      1 + llvm::range_size(kernel.getBody().front().getOps<PenaltyOp>());
  auto options = remark::RemarkOpts::name(fused ? "fused" : "unfused")
                     .category(kPass)
                     .function(model);
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
}

void KernelWriter::writeSum(Operation *op, KernelOp kernel, Value sum) {
  auto penalty = dyn_cast<PenaltyOp>(op);
  if (penalty) {
    remarkOn(penalty, kernel, model.getSymName());
  }
  if ((penalty ? penalty.getNorm() : cast<TotalOp>(op).getNorm()) ==
      Norm::Batch) {
    Value of = tensorWithBatchOf(op->getOperand(0), kernel);
    sum = DivideByBatchOp::create(builder, op->getLoc(), sum, of);
  }
  values.map(op->getResult(0), sum);
}

/// A kernel that yields a value of another kernel, an operand or a source.
Value KernelWriter::copy(Value value, Location loc) {
  Operation *source = value.getDefiningOp();
  bool isSource = source && groups.isSource(source);
  SmallVector<Value> operands =
      isSource ? operandsOf(source) : SmallVector<Value>{value};
  KernelOp kernel =
      createKernel(loc, names.make("copy_of_" + names.of(loc, "tensor")),
                   Family::Data, operands, value.getType());
  Block &body = kernel.getBody().front();
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  IRMapping mapping;
  mapping.map(operands, body.getArguments());
  if (isSource) {
    cloneSource(source, inside, mapping, body);
  }
  YieldOp::create(inside, loc, mapping.lookup(value));
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
