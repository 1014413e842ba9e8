// The shapes of functions: NumPy's rules, with the batch in front of all. What
// would move or join the batch is not supported.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Operations.h"
#include "frontends/Keras/Shapes.h"

#include "frontends/Container/Error.h"

#include "llvm/ADT/STLExtras.h"

using namespace kregc;
using namespace kregc::keras;

namespace {

class OperationInference {
public:
  OperationInference(const Layer &layer, llvm::ArrayRef<Shape> inputs)
      : layer(layer), inputs(inputs), input(inputs.front()) {}

  llvm::Expected<Shape> operator()(const BinaryOperation &operation);
  llvm::Expected<Shape> operator()(const ReduceOperation &operation);
  llvm::Expected<Shape> operator()(const MatmulOperation &operation);
  llvm::Expected<Shape> operator()(const ExtentOperation &operation);
  llvm::Expected<Shape> operator()(const SliceOperation &operation);
  llvm::Expected<Shape> operator()(const StackOperation &operation);
  llvm::Expected<Shape> operator()(const PowerOperation &) {
    if (llvm::Error error = want(1)) {
      return std::move(error);
    }
    return input;
  }

private:
  llvm::Error want(size_t count) {
    if (inputs.size() == count) {
      return llvm::Error::success();
    }
    return diagnose(Diagnostic::InputCount, layer.where, layer.name,
                    inputs.size(), std::to_string(count));
  }
  llvm::Error unsupported(llvm::Twine what) {
    return diagnose(Diagnostic::UnsupportedOption, layer.where, layer.name,
                    what.str());
  }
  llvm::Error mismatch(llvm::Twine what) {
    return diagnose(Diagnostic::ShapeMismatch, layer.where, layer.name,
                    what.str());
  }
  /// The axes of a tensor of that rank, from 1 up, sorted.
  llvm::Expected<std::vector<int64_t>> resolve(std::vector<int64_t> axes,
                                               size_t rank);
  llvm::Expected<int64_t> slice(const SliceOperation::Item &item,
                                int64_t extent);

  const Layer &layer;
  llvm::ArrayRef<Shape> inputs;
  const Shape &input;
};

} // namespace

llvm::Expected<Shape>
OperationInference::operator()(const BinaryOperation &operation) {
  if (llvm::Error error = want(operation.constant ? 1 : 2)) {
    return std::move(error);
  }
  Shape other = operation.constant ? operation.constant->shape : inputs[1];
  bool fits = operation.constant ? other.size() <= input.size()
                                 : other.size() == input.size();
  // A constant may have an extent of one where the tensor has the batch.
  fits &=
      !operation.constant || other.size() < input.size() || other.front() == 1;
  if (!fits) {
    return unsupported("shapes " + printShape(input) + " and " +
                       printShape(other) +
                       ", where the batch meets another dimension,");
  }
  Shape shape = input;
  size_t ahead = input.size() - other.size();
  for (size_t i = std::max<size_t>(ahead, 1); i < shape.size(); ++i) {
    int64_t extent = other[i - ahead];
    if (shape[i] != extent && shape[i] != 1 && extent != 1) {
      return mismatch("cannot broadcast shapes " + printShape(input) + " and " +
                      printShape(other));
    }
    shape[i] = shape[i] == 1 ? extent : shape[i];
  }
  return shape;
}

llvm::Expected<std::vector<int64_t>>
OperationInference::resolve(std::vector<int64_t> axes, size_t rank) {
  for (int64_t &axis : axes) {
    int64_t from = axis;
    axis = axis < 0 ? axis + static_cast<int64_t>(rank) : axis;
    if (axis == 0) {
      return unsupported("an axis that is the batch");
    }
    if (axis < 0 || axis >= static_cast<int64_t>(rank)) {
      return mismatch("axis " + llvm::Twine(from) + " is not an axis of rank " +
                      llvm::Twine(rank));
    }
  }
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    return mismatch("an axis is named twice");
  }
  return axes;
}

llvm::Expected<Shape>
OperationInference::operator()(const ReduceOperation &operation) {
  if (llvm::Error error = want(1)) {
    return std::move(error);
  }
  auto axes = resolve(operation.axes, input.size());
  if (!axes) {
    return axes.takeError();
  }
  Shape shape;
  for (size_t i = 0; i < input.size(); ++i) {
    if (!llvm::is_contained(*axes, static_cast<int64_t>(i))) {
      shape.push_back(input[i]);
    } else if (operation.keepDims) {
      shape.push_back(1);
    }
  }
  return shape;
}

llvm::Expected<Shape>
OperationInference::operator()(const MatmulOperation &operation) {
  if (llvm::Error error = want(2)) {
    return std::move(error);
  }
  Shape a = inputs[0], b = inputs[1];
  size_t rank = a.size();
  if (rank < 3 || b.size() != rank) {
    return unsupported("a product of shapes " + printShape(a) + " and " +
                       printShape(b));
  }
  if (operation.transposeA) {
    std::swap(a[rank - 1], a[rank - 2]);
  }
  if (operation.transposeB) {
    std::swap(b[rank - 1], b[rank - 2]);
  }
  if (a[rank - 1] != b[rank - 2]) {
    return mismatch("cannot multiply shapes " + printShape(inputs[0]) +
                    " and " + printShape(inputs[1]));
  }
  if (!std::equal(a.begin(), a.end() - 2, b.begin())) {
    return unsupported("a product that broadcasts shapes " + printShape(a) +
                       " and " + printShape(b));
  }
  a[rank - 1] = b[rank - 1];
  return a;
}

llvm::Expected<Shape>
OperationInference::operator()(const ExtentOperation &operation) {
  if (llvm::Error error = want(1)) {
    return std::move(error);
  }
  size_t rank = input.size() + (operation.insert ? operation.axes.size() : 0);
  auto axes = resolve(operation.axes, rank);
  if (!axes) {
    return axes.takeError();
  }
  Shape shape = input;
  if (operation.insert) {
    for (int64_t axis : *axes) {
      shape.insert(shape.begin() + axis, 1);
    }
    return shape;
  }
  Shape left;
  for (size_t i = 0; i < input.size(); ++i) {
    bool named = llvm::is_contained(*axes, static_cast<int64_t>(i));
    if (named && input[i] != 1) {
      return mismatch("cannot take axis " + llvm::Twine(i) + " from shape " +
                      printShape(input));
    }
    if (!named) {
      left.push_back(input[i]);
    }
  }
  return left;
}

/// How many elements of `extent` a range takes.
llvm::Expected<int64_t>
OperationInference::slice(const SliceOperation::Item &item, int64_t extent) {
  if (item.step.value_or(1) < 1) {
    return unsupported("a slice that runs backwards");
  }
  ResolvedSlice range = resolveSlice(item, extent);
  if (range.count < 1) {
    return mismatch("a slice takes nothing of an extent of " +
                    llvm::Twine(extent));
  }
  return range.count;
}

ResolvedSlice keras::resolveSlice(const SliceOperation::Item &item,
                                  int64_t extent) {
  auto within = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + extent : at, 0, extent);
  };
  ResolvedSlice range;
  range.step = std::max<int64_t>(item.step.value_or(1), 1);
  range.start = within(item.start.value_or(0));
  int64_t stop = within(item.stop.value_or(extent));
  range.count = stop <= range.start
                    ? 0
                    : (stop - range.start + range.step - 1) / range.step;
  return range;
}

llvm::Expected<Shape>
OperationInference::operator()(const SliceOperation &operation) {
  using Kind = SliceOperation::Item::Kind;
  if (llvm::Error error = want(1)) {
    return std::move(error);
  }
  auto items = expandSlice(operation, input.size());
  if (!items) {
    return mismatch("its index does not fit shape " + printShape(input));
  }
  Shape shape;
  size_t at = 0;
  for (const SliceOperation::Item &item : *items) {
    bool isBatch = at == 0;
    bool whole = item.kind == Kind::Range && !item.start && !item.stop &&
                 item.step.value_or(1) == 1;
    if (isBatch && !whole) {
      return unsupported("an index into the batch");
    }
    if (item.kind == Kind::NewAxis) {
      shape.push_back(1);
      continue;
    }
    int64_t extent = input[at++];
    if (isBatch) {
      shape.push_back(extent);
    } else if (item.kind == Kind::Index) {
      int64_t index = *item.start;
      if (index < -extent || index >= extent) {
        return mismatch("index " + llvm::Twine(index) +
                        " is beyond an extent of " + llvm::Twine(extent));
      }
    } else {
      auto count = slice(item, extent);
      if (!count) {
        return count.takeError();
      }
      shape.push_back(*count);
    }
  }
  return shape;
}

std::optional<std::vector<SliceOperation::Item>>
keras::expandSlice(const SliceOperation &operation, size_t rank) {
  using Item = SliceOperation::Item;
  Item all{Item::Kind::Range, {}, {}, {}};
  size_t used = llvm::count_if(operation.items, [](const Item &item) {
    return item.kind == Item::Kind::Range || item.kind == Item::Kind::Index;
  });
  size_t open = llvm::count_if(operation.items, [](const Item &item) {
    return item.kind == Item::Kind::Ellipsis;
  });
  if (used > rank || open > 1) {
    return std::nullopt;
  }
  std::vector<Item> items;
  for (const Item &item : operation.items) {
    if (item.kind == Item::Kind::Ellipsis) {
      items.insert(items.end(), rank - used, all);
    } else {
      items.push_back(item);
    }
  }
  if (open == 0) {
    items.insert(items.end(), rank - used, all);
  }
  return items;
}

llvm::Expected<Shape>
OperationInference::operator()(const StackOperation &operation) {
  auto axes = resolve({operation.axis}, input.size() + 1);
  if (!axes) {
    return axes.takeError();
  }
  for (const Shape &other : inputs) {
    if (other != input) {
      return mismatch("cannot stack shapes " + printShape(input) + " and " +
                      printShape(other));
    }
  }
  Shape shape = input;
  shape.insert(shape.begin() + axes->front(),
               static_cast<int64_t>(inputs.size()));
  return shape;
}

llvm::Expected<Shape> keras::inferOperation(const Layer &layer,
                                            const OperationConfig &config,
                                            llvm::ArrayRef<Shape> inputs) {
  return std::visit(OperationInference(layer, inputs), config.kind);
}
