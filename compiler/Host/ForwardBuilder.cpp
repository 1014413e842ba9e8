// <name>_forward: checks, then the runtime calls <name>__run: one kernel after
// the other. A kernel that fails inside leaves both through the runtime.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostBuilder.h"

#include "runtime/include/kreg/runtime.h"

#include <limits>

using namespace mlir;

namespace kregc::host {
namespace {

// halide_buffer_t and halide_dimension_t of Halide 21, 64-bit targets.
namespace layout {
enum : int64_t {
  Device = 0,
  DeviceInterface = 8,
  Host = 16,
  Flags = 24,
  Type = 32, // code, bits, lanes as one int32, little endian
  Dimensions = 36,
  Dim = 40,
  Padding = 48,
  BufferBytes = 56,

  Minimum = 0,
  Extent = 4,
  Stride = 8,
  DimensionFlags = 12,
  DimensionBytes = 16,
};
} // namespace layout

int64_t halideType(plan::ElementType type) {
  auto pack = [](int64_t code, int64_t bits) {
    return code | bits << 8 | int64_t(1) << 16;
  };
  switch (type) {
  case plan::ElementType::F32:
    return pack(2, 32);
  case plan::ElementType::F64:
    return pack(2, 64);
  case plan::ElementType::I32:
    return pack(0, 32);
  case plan::ElementType::I1:
    return pack(1, 1);
  }
  llvm_unreachable("unknown element type");
}

} // namespace

struct HostBuilder::Forward {
  LLVM::LLVMFuncOp function;
  Value instance, batch, inputs, outputs, penalties;
  Value shortBatch;     ///< int32, for kernels
  Value arena;          ///< null without one
  Value wantsPenalties; ///< i1
  Value buffers;        ///< halide_buffer_t[arguments of the widest kernel]
  Value dimensions;     ///< halide_dimension_t[…][rank]
  Value sums;           ///< double[number of sums]
  int64_t rank = 1;     ///< dimensions per buffer in `dimensions`
  Block *kernelFailed;  ///< takes the kernel's status
  Block *failed;        ///< takes the status to return
  std::vector<std::vector<int>> sumOf; ///< [call][argument]: index in `sums`
};

Block *HostBuilder::newBlock(Forward &f, ArrayRef<Type> arguments) {
  SmallVector<Location> locations(arguments.size(), loc);
  OpBuilder::InsertionGuard guard(builder);
  return builder.createBlock(&f.function.getBody(), f.function.getBody().end(),
                             arguments, locations);
}

void HostBuilder::leaveIf(Forward &f, Value condition, Block *target,
                          ValueRange arguments) {
  Block *next = newBlock(f);
  LLVM::CondBrOp::create(builder, loc, condition, target, arguments, next,
                         ValueRange{});
  builder.setInsertionPointToStart(next);
}

/// Every pointer of `array` and itself must not be null.
void HostBuilder::checkPointers(Forward &f, Value array, size_t count,
                                StringRef what) {
  if (count == 0) {
    return;
  }
  Block *bad = newBlock(f, pointer());
  auto check = [&](Value tested, const Twine &message) {
    Value isNull = compare(LLVM::ICmpPredicate::eq, tested, null());
    leaveIf(f, isNull, bad, text(message.str()));
  };
  check(array, what + " is null");
  for (size_t i = 0; i < count; ++i) {
    check(loadPointer(array, i), what + "[" + Twine(i) + "] is null");
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(bad);
  buildReturn(call(
      "kreg_rt_fail", i32(),
      {f.instance, constant(i32(), KREG_ERROR_ARGUMENT), bad->getArgument(0)}));
}

/// Nothing to compute: only penalties that are constants are not 0.
void HostBuilder::buildEmptyBatch(Forward &f) {
  Block *empty = newBlock(f);
  leaveIf(f, compare(LLVM::ICmpPredicate::eq, f.batch, constant(i64(), 0)),
          empty);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(empty);
  Block *fill = newBlock(f), *end = newBlock(f);
  LLVM::CondBrOp::create(builder, loc, f.wantsPenalties, fill, ValueRange{},
                         end, ValueRange{});
  builder.setInsertionPointToStart(fill);
  for (auto [i, penalty] : llvm::enumerate(plan.penalties)) {
    double value = penalty.divisors.empty() ? penalty.constant : 0.0;
    store(real(value), f.penalties, 8 * i);
  }
  LLVM::BrOp::create(builder, loc, ValueRange{}, end);
  builder.setInsertionPointToStart(end);
  buildReturn(constant(i32(), KREG_OK));
}

Value HostBuilder::bufferAddress(Forward &f, const Buffer &buffer) {
  switch (buffer.place) {
  case Buffer::Place::Input:
    return loadPointer(f.inputs, buffer.index);
  case Buffer::Place::Output:
    return loadPointer(f.outputs, buffer.index);
  case Buffer::Place::Weight:
    return addressOf(weightSymbol(name, buffer.index));
  case Buffer::Place::Variable:
    return call("kreg_rt_variable", pointer(),
                {f.instance, constant(i64(), buffer.index)});
  case Buffer::Place::RandomState:
    return call("kreg_rt_noise_key", pointer(), {f.instance});
  case Buffer::Place::Arena:
    return offset(f.arena, sizeAt(buffer.offset, f.batch));
  }
  llvm_unreachable("unknown place");
}

/// Describes memory at `host` to a kernel; Halide counts dimensions from the
/// innermost one.
void HostBuilder::fillBuffer(Forward &f, int slot, const plan::Value &value,
                             Value host) {
  Value buffer = offset(f.buffers, slot * layout::BufferBytes);
  std::vector<plan::Extent> shape = storedShape(value);
  int64_t rank = shape.size();
  Value dim = offset(f.dimensions, slot * f.rank * layout::DimensionBytes);
  store(constant(i64(), 0), buffer, layout::Device);
  store(null(), buffer, layout::DeviceInterface);
  store(host, buffer, layout::Host);
  store(constant(i64(), 0), buffer, layout::Flags);
  store(constant(i32(), halideType(value.type)), buffer, layout::Type);
  store(constant(i32(), rank), buffer, layout::Dimensions);
  store(dim, buffer, layout::Dim);
  store(null(), buffer, layout::Padding);

  Value stride = constant(i32(), 1);
  std::vector<size_t> order = plan::memoryOrder(value);
  for (size_t place = order.size(); place-- > 0;) {
    size_t dimension = order[place];
    Value extent = LLVM::TruncOp::create(builder, loc, i32(),
                                         extentAt(shape[dimension], f.batch));
    int64_t at = (rank - 1 - dimension) * layout::DimensionBytes;
    store(constant(i32(), 0), dim, at + layout::Minimum);
    store(extent, dim, at + layout::Extent);
    store(stride, dim, at + layout::Stride);
    store(constant(i32(), 0), dim, at + layout::DimensionFlags);
    if (place > 0) {
      stride = LLVM::MulOp::create(builder, loc, stride, extent);
    }
  }
}

/// Ends the current block: calls one build of a kernel and goes to `done` with
/// its status and the lengths of its arrays of partial sums.
void HostBuilder::buildVariant(Forward &f, const Call &call,
                               const plan::Plan &variant, Block *done) {
  std::vector<int> arguments = variant.arguments();
  SmallVector<Value> operands = {f.instance, f.shortBatch};
  SmallVector<Value> results;
  for (auto [slot, number] : llvm::enumerate(arguments)) {
    const plan::Value &value = variant.values[number];
    fillBuffer(f, slot, value,
               bufferAddress(f, plan.buffers[call.buffers[slot]]));
    operands.push_back(offset(f.buffers, slot * layout::BufferBytes));
    if (value.kind == plan::Value::Kind::PenaltySum) {
      Value count = constant(i64(), 1);
      for (const plan::Extent &extent : value.shape) {
        count =
            LLVM::MulOp::create(builder, loc, count, extentAt(extent, f.batch));
      }
      results.push_back(count);
    }
  }
  Value status = this->call(kernelSymbol(name, variant.name), i32(), operands,
                            /*hidden=*/true);
  results.insert(results.begin(), status);
  LLVM::BrOp::create(builder, loc, results, done);
}

/// The first variant whose `maxBatch` is not exceeded, then its status, then
/// its penalty sums.
void HostBuilder::buildCall(Forward &f, int number) {
  const Call &step = plan.calls[number];
  const std::vector<plan::Variant> &variants = step.kernel->variants;
  SmallVector<Type> types = {i32()};
  for (int sum : f.sumOf[number]) {
    if (sum >= 0) {
      types.push_back(i64());
    }
  }
  Block *done = newBlock(f, types);
  call("kreg_rt_begin", none(),
       {f.instance, text(step.kernel->name), sizeAt(step.work, f.batch)});
  for (const plan::Variant &variant : variants) {
    bool isLast = &variant == &variants.back();
    Block *next = isLast ? nullptr : newBlock(f);
    if (!isLast) {
      Block *here = newBlock(f);
      Value fits = compare(LLVM::ICmpPredicate::sle, f.batch,
                           constant(i64(), variant.maxBatch));
      LLVM::CondBrOp::create(builder, loc, fits, here, ValueRange{}, next,
                             ValueRange{});
      builder.setInsertionPointToStart(here);
    }
    buildVariant(f, step, variant.plan, done);
    if (!isLast) {
      builder.setInsertionPointToStart(next);
    }
  }
  builder.setInsertionPointToStart(done);
  Value status = done->getArgument(0);
  leaveIf(f, compare(LLVM::ICmpPredicate::ne, status, constant(i32(), 0)),
          f.kernelFailed, status);
  buildSums(f, number, done->getArguments().drop_front());
}

/// What kreg_rt_orthogonal computes. A penalty that nobody wants is left out.
void HostBuilder::buildOrthogonal(Forward &f, int number) {
  const Call &call = plan.calls[number];
  const OrthogonalStep &step = *call.orthogonal;
  Block *compute = newBlock(f), *next = newBlock(f);
  if (step.wantsGradient) {
    LLVM::BrOp::create(builder, loc, ValueRange{}, compute);
  } else {
    LLVM::CondBrOp::create(builder, loc, f.wantsPenalties, compute,
                           ValueRange{}, next, ValueRange{});
  }
  builder.setInsertionPointToStart(compute);
  auto buffer = [&](size_t i) {
    return bufferAddress(f, plan.buffers[call.buffers[i]]);
  };
  if (step.wantsGradient) { // it is added to what is there
    Size bytes = plan.buffers[call.buffers[2]].bytes;
    LLVM::MemsetOp::create(builder, loc, buffer(2),
                           constant(builder.getI8Type(), 0),
                           sizeAt(bytes, f.batch), /*isVolatile=*/false);
  }
  Value divisor = LLVM::SIToFPOp::create(builder, loc, f64(),
                                         sizeAt(step.divisor, f.batch));
  // A penalty is divided with the others, behind all calls.
  Value scale = LLVM::FDivOp::create(builder, loc, real(1),
                                     step.wantsGradient ? divisor : real(1));
  Value sum = this->call(
      "kreg_rt_orthogonal", f64(),
      {f.instance, sizeAt(step.rows, f.batch), constant(i64(), step.columns),
       constant(i32(), step.ofRows), real(step.factor), scale, buffer(0),
       step.wantsGradient ? buffer(2) : null(), buffer(1)});
  if (!step.wantsGradient) {
    store(sum, f.sums, int64_t{8} * f.sumOf[number][1]);
  }
  LLVM::BrOp::create(builder, loc, ValueRange{}, next);
  builder.setInsertionPointToStart(next);
}

void HostBuilder::buildSums(Forward &f, int number, ValueRange counts) {
  if (counts.empty()) {
    return;
  }
  Block *add = newBlock(f), *next = newBlock(f);
  LLVM::CondBrOp::create(builder, loc, f.wantsPenalties, add, ValueRange{},
                         next, ValueRange{});
  builder.setInsertionPointToStart(add);
  const Call &call = plan.calls[number];
  const plan::Plan &first = call.kernel->variants[0].plan;
  std::vector<int> arguments = first.arguments();
  size_t nextCount = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    int sum = f.sumOf[number][i];
    if (sum < 0) {
      continue;
    }
    Value memory = bufferAddress(f, plan.buffers[call.buffers[i]]);
    Value count = counts[nextCount++];
    // A tensor of one element has its penalty as it is.
    bool isWhole = first.values[arguments[i]].type == plan::ElementType::F64;
    Value total =
        isWhole ? LLVM::LoadOp::create(builder, loc, f64(), memory).getResult()
                : this->call("kreg_rt_sum", f64(), {memory, count});
    store(total, f.sums, int64_t{8} * sum);
  }
  LLVM::BrOp::create(builder, loc, ValueRange{}, next);
  builder.setInsertionPointToStart(next);
}

/// Outputs that are inputs, weights or another output.
void HostBuilder::buildCopies(Forward &f) {
  for (auto [i, port] : llvm::enumerate(plan.outputs)) {
    const Buffer &buffer = plan.buffers[port.buffer];
    if (buffer.place == Buffer::Place::Output && buffer.index == int(i)) {
      continue;
    }
    Size bytes = {0, 4};
    for (int64_t size : port.shape) {
      bytes.perBatch *= size < 0 ? 1 : size;
    }
    if (port.shape.empty() || port.shape[0] >= 0) {
      bytes = {bytes.perBatch, 0};
    }
    LLVM::MemcpyOp::create(builder, loc, loadPointer(f.outputs, i),
                           bufferAddress(f, buffer), sizeAt(bytes, f.batch),
                           /*isVolatile=*/false);
  }
}

void HostBuilder::buildPenalties(Forward &f) {
  if (plan.penalties.empty()) {
    return;
  }
  Block *write = newBlock(f), *next = newBlock(f);
  LLVM::CondBrOp::create(builder, loc, f.wantsPenalties, write, ValueRange{},
                         next, ValueRange{});
  builder.setInsertionPointToStart(write);
  for (auto [i, penalty] : llvm::enumerate(plan.penalties)) {
    Value value =
        penalty.call < 0
            ? real(penalty.constant)
            : LLVM::LoadOp::create(
                  builder, loc, f64(),
                  offset(f.sums,
                         int64_t{8} * f.sumOf[penalty.call][penalty.argument]))
                  .getResult();
    for (Size divisor : penalty.divisors) {
      Value by =
          LLVM::SIToFPOp::create(builder, loc, f64(), sizeAt(divisor, f.batch));
      value = LLVM::FDivOp::create(builder, loc, value, by);
    }
    store(value, f.penalties, 8 * i);
  }
  LLVM::BrOp::create(builder, loc, ValueRange{}, next);
  builder.setInsertionPointToStart(next);
}

void HostBuilder::beginForward(Forward &f, Twine suffix) {
  f.function = define(suffix, i32(),
                      {pointer(), i64(), pointer(), pointer(), pointer()});
  f.instance = f.function.getArgument(0);
  f.batch = f.function.getArgument(1);
  f.inputs = f.function.getArgument(2);
  f.outputs = f.function.getArgument(3);
  f.penalties = f.function.getArgument(4);
  f.failed = newBlock(f, i32());
}

void HostBuilder::allocateStack(Forward &f) {
  int64_t arguments = 1, sums = 0;
  for (const Call &call : plan.calls) {
    std::vector<int> &sumOf = f.sumOf.emplace_back();
    for (size_t i = 0; i < call.buffers.size(); ++i) {
      sumOf.push_back(call.isSum(i) ? int(sums++) : -1);
    }
    if (!call.kernel) {
      continue;
    }
    arguments = std::max<int64_t>(arguments, sumOf.size());
    for (const plan::Variant &variant : call.kernel->variants) {
      for (const plan::Value &value : variant.plan.values) {
        f.rank = std::max<int64_t>(f.rank, value.shape.size() + 1);
      }
    }
  }
  auto bytes = [&](int64_t count) -> Value {
    return LLVM::AllocaOp::create(builder, loc, pointer(), builder.getI8Type(),
                                  constant(i64(), count), /*alignment=*/16);
  };
  f.buffers = bytes(arguments * layout::BufferBytes);
  f.dimensions = bytes(arguments * f.rank * layout::DimensionBytes);
  f.sums = bytes(8 * std::max<int64_t>(sums, 1));
}

void HostBuilder::buildRun(Twine suffix) {
  Forward f;
  beginForward(f, suffix);
  f.function.setLinkage(LLVM::Linkage::Internal);
  allocateStack(f);
  f.kernelFailed = newBlock(f, i32());
  f.wantsPenalties = compare(LLVM::ICmpPredicate::ne, f.penalties, null());
  f.shortBatch = LLVM::TruncOp::create(builder, loc, i32(), f.batch);
  if (plan.arenaBytes.constant != 0 || plan.arenaBytes.perBatch != 0) {
    f.arena = call("kreg_rt_arena", pointer(),
                   {f.instance, sizeAt(plan.arenaBytes, f.batch)});
    leaveIf(f, compare(LLVM::ICmpPredicate::eq, f.arena, null()), f.failed,
            constant(i32(), KREG_ERROR_MEMORY));
  }
  for (size_t i = 0; i < plan.calls.size(); ++i) {
    if (plan.calls[i].orthogonal) {
      buildOrthogonal(f, i);
    } else {
      buildCall(f, i);
    }
  }
  buildCopies(f);
  buildPenalties(f);
  buildReturn(constant(i32(), KREG_OK));

  builder.setInsertionPointToStart(f.failed);
  buildReturn(f.failed->getArgument(0));
  builder.setInsertionPointToStart(f.kernelFailed);
  buildReturn(call("kreg_rt_fail_kernel", i32(),
                   {f.instance, f.kernelFailed->getArgument(0)}));
}

void HostBuilder::buildForward(StringRef run) {
  buildRun(run);
  Forward f;
  beginForward(f, "_forward");
  leaveIf(f, compare(LLVM::ICmpPredicate::eq, f.instance, null()), f.failed,
          constant(i32(), KREG_ERROR_ARGUMENT));
  f.wantsPenalties = compare(LLVM::ICmpPredicate::ne, f.penalties, null());
  buildEmptyBatch(f);
  Value least = constant(i64(), plan.leastBatch);
  Value most = constant(i64(), plan.mostBatch);
  Block *badBatch = newBlock(f);
  leaveIf(f, compare(LLVM::ICmpPredicate::slt, f.batch, least), badBatch);
  leaveIf(f, compare(LLVM::ICmpPredicate::sgt, f.batch, most), badBatch);
  checkPointers(f, f.inputs, plan.inputs.size(), "inputs");
  checkPointers(f, f.outputs, plan.outputs.size(), "outputs");
  Value kernels =
      LLVM::AddressOfOp::create(builder, loc, pointer(), (name + run).str());
  buildReturn(
      call("kreg_rt_guard", i32(),
           {f.instance, f.batch, f.inputs, f.outputs, f.penalties, kernels}));

  builder.setInsertionPointToStart(f.failed);
  buildReturn(f.failed->getArgument(0));
  builder.setInsertionPointToStart(badBatch);
  buildReturn(
      call("kreg_rt_fail_batch", i32(), {f.instance, f.batch, least, most}));
}

} // namespace kregc::host
