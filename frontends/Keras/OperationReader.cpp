// The forms of Operations.def, one function each, and the getters they use.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/OperationReader.h"

#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/Shapes.h"
#include "frontends/Keras/Version.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace kregc;
using namespace kregc::keras;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

const JsonValue *OperationReader::find(size_t position, Names names) const {
  const JsonValue *found = nullptr;
  if (position < call.arguments.size()) {
    found = call.arguments[position];
  }
  for (llvm::StringRef name : names) {
    for (const JsonValue *object : {call.named, &fields.config}) {
      found = found || !object ? found : object->find(name);
    }
  }
  return found && !found->isNull() ? found : nullptr;
}

const JsonValue *OperationReader::constant(size_t position, Names names) {
  const JsonValue *value = find(position, names);
  if (value && isTensor(*value)) {
    fields.unsupported("a tensor as '" + *names.begin() + "'");
    return nullptr;
  }
  return value;
}

std::optional<double> OperationReader::number(size_t position, Names names) {
  const JsonValue *value = constant(position, names);
  if (value && !value->isNumber()) {
    fields.unsupported("'" + *names.begin() + "' = " + value->describe());
    return std::nullopt;
  }
  return value ? std::optional<double>(value->number()) : std::nullopt;
}

bool OperationReader::flag(size_t position, Names names) {
  const JsonValue *value = constant(position, names);
  return value && ((value->isBool() && value->boolean()) ||
                   (value->isInt() && value->integer() != 0));
}

std::optional<int64_t> OperationReader::integer(size_t position, Names names) {
  const JsonValue *value = constant(position, names);
  if (value && !value->isInt()) {
    fields.unsupported("'" + *names.begin() + "' = " + value->describe());
    return std::nullopt;
  }
  return value ? std::optional<int64_t>(value->integer()) : std::nullopt;
}

/// One integer or a list of them.
std::vector<int64_t> OperationReader::integers(const JsonValue &value) {
  if (value.isInt()) {
    return {value.integer()};
  }
  std::vector<int64_t> numbers;
  for (const JsonValue *element : value.elements()) {
    if (!element->isInt()) {
      fields.unsupported(element->describe() + " among integers");
      return {};
    }
    numbers.push_back(element->integer());
  }
  return numbers;
}

bool OperationReader::fill(const JsonValue &value, size_t depth,
                           OperationConstant &out) {
  if (value.isNumber()) {
    out.values.push_back(value.number());
    return depth == out.shape.size();
  }
  if (!value.isArray() || value.size() == 0) {
    return false;
  }
  // The first of each depth says the extent, the others must have it too.
  if (depth == out.shape.size() && out.values.empty()) {
    out.shape.push_back(static_cast<int64_t>(value.size()));
  }
  if (depth >= out.shape.size() ||
      out.shape[depth] != static_cast<int64_t>(value.size())) {
    return false;
  }
  return llvm::all_of(value.elements(), [&](const JsonValue *element) {
    return fill(*element, depth + 1, out);
  });
}

/// A number, nested lists of them, or a NumPy array of Keras 3.
std::optional<OperationConstant>
OperationReader::array(const JsonValue &value) {
  const JsonValue *data = &value;
  if (value.isObject()) {
    llvm::StringRef kind = textIn(value, "class_name");
    const JsonValue *config = value.find("config");
    data = config ? config->find("value") : nullptr;
    if (!data || (kind != "__numpy__" && kind != "__tensor__")) {
      fields.unsupported("the argument " + value.describe());
      return std::nullopt;
    }
  }
  OperationConstant out;
  if (!fill(*data, 0, out)) {
    fields.unsupported("the argument " + data->describe());
    return std::nullopt;
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Of single numbers, and of two
//===----------------------------------------------------------------------===//

LayerConfig OperationReader::activation(llvm::StringRef name) {
  Activation activation = *activationByName(name, fields.version);
  if (name == "leaky_relu" || name == "elu" || name == "celu") {
    std::optional<double> slope = number(1, {"negative_slope", "alpha"});
    activation.parameters[0] = slope.value_or(activation.parameters[0]);
  }
  if (name == "gelu") {
    // keras.ops approximates by default, TensorFlow does not.
    const JsonValue *value = constant(1, {"approximate"});
    if (value ? flag(1, {"approximate"})
              : holds(Fact::ApproximatesGeluFunction, fields.version)) {
      activation.name = "gelu_tanh";
    }
  }
  if (name == "softmax" || name == "log_softmax") {
    activation.axis = integer(1, {"axis"}).value_or(-1);
  }
  return ActivationConfig{activation};
}

LayerConfig OperationReader::elementwise(llvm::StringRef name,
                                         std::vector<double> parameters) {
  Activation activation;
  activation.name = name.str();
  activation.parameters = std::move(parameters);
  return ActivationConfig{activation};
}

LayerConfig OperationReader::power(const JsonValue *exponent) {
  if (!exponent || !exponent->isNumber() || call.arguments.empty() ||
      !isTensor(*call.arguments[0])) {
    fields.unsupported("a power that is not of a tensor and a number");
    return IdentityConfig();
  }
  return OperationConfig{PowerOperation{exponent->number()}};
}

LayerConfig OperationReader::binary(llvm::StringRef kind) {
  using Kind = BinaryOperation::Kind;
  BinaryOperation operation;
  operation.kind = llvm::StringSwitch<Kind>(kind)
                       .Case("Add", Kind::Add)
                       .Case("Subtract", Kind::Subtract)
                       .Case("Multiply", Kind::Multiply)
                       .Case("Divide", Kind::Divide)
                       .Case("Maximum", Kind::Maximum)
                       .Case("Minimum", Kind::Minimum)
                       .Case("NotEqual", Kind::NotEqual);
  const JsonValue *a = find(0, {"x1", "x"}), *b = find(1, {"x2", "y"});
  if (!a || !b) {
    fields.unsupported("fewer than two arguments");
    return IdentityConfig();
  }
  bool first = isTensor(*a), second = isTensor(*b);
  if (first && second) {
    return OperationConfig{operation};
  }
  if (!first && !second) {
    fields.unsupported("a call without a tensor");
    return IdentityConfig();
  }
  operation.constantFirst = second;
  // Keras 2 has ["_CONSTANT_VALUE", -1, 1.0, {…}] in front.
  if (!first && a->isArray() && a->size() >= 3 &&
      a->elements()[0]->isString()) {
    a = a->elements()[2];
  }
  operation.constant = array(first ? *b : *a);
  return OperationConfig{operation};
}

LayerConfig OperationReader::matmul() {
  for (Names names : {Names{"x1", "a"}, Names{"x2", "b"}}) {
    const JsonValue *value = find(*names.begin() == "x2", names);
    if (!value || !isTensor(*value)) {
      fields.unsupported("a product with a constant matrix");
    }
  }
  for (llvm::StringRef name : {"adjoint_a", "adjoint_b", "a_is_sparse",
                               "b_is_sparse", "output_type"}) {
    if (const JsonValue *value = constant(SIZE_MAX, {name})) {
      if (!value->isBool() || value->boolean()) {
        fields.unsupported("'" + name + "' = " + value->describe());
      }
    }
  }
  return OperationConfig{MatmulOperation{flag(SIZE_MAX, {"transpose_a"}),
                                         flag(SIZE_MAX, {"transpose_b"})}};
}

LayerConfig OperationReader::reduce(llvm::StringRef kind) {
  using Kind = ReduceOperation::Kind;
  ReduceOperation operation;
  operation.kind = llvm::StringSwitch<Kind>(kind)
                       .Case("Sum", Kind::Sum)
                       .Case("Mean", Kind::Mean)
                       .Case("Max", Kind::Max)
                       .Case("Min", Kind::Min)
                       .Case("Variance", Kind::Variance)
                       .Case("Deviation", Kind::Deviation);
  const JsonValue *axes = constant(1, {"axis"});
  if (!axes) {
    fields.unsupported("a reduction over the batch");
    return IdentityConfig();
  }
  operation.axes = integers(*axes);
  operation.keepDims = flag(2, {"keepdims"});
  if (constant(SIZE_MAX, {"initial"})) {
    fields.unsupported("an initial value");
  }
  return OperationConfig{operation};
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

LayerConfig OperationReader::reshape() {
  const JsonValue *shape = constant(1, {"newshape", "shape"});
  if (!shape || !shape->isArray() || shape->size() == 0) {
    fields.unsupported("a new shape that is not a list");
    return IdentityConfig();
  }
  ReshapeConfig config;
  for (const JsonValue *extent : shape->elements()) {
    bool open =
        extent->isNull() || (extent->isInt() && extent->integer() == -1);
    if (!open && (!extent->isInt() || extent->integer() < 1)) {
      fields.unsupported("the extent " + extent->describe());
      return IdentityConfig();
    }
    config.target.push_back(open ? -1 : extent->integer());
  }
  if (config.target[0] != -1 || llvm::count(config.target, -1) > 2) {
    fields.unsupported("a new shape that does not begin with the batch");
  }
  config.target.erase(config.target.begin());
  return config;
}

LayerConfig OperationReader::transpose() {
  const JsonValue *axes = constant(1, {"axes", "perm"});
  PermuteConfig config;
  config.dims = axes ? integers(*axes) : std::vector<int64_t>();
  std::vector<int64_t> sorted = config.dims;
  llvm::sort(sorted);
  for (auto [i, axis] : llvm::enumerate(sorted)) {
    if (axis != static_cast<int64_t>(i)) {
      sorted.clear();
      break;
    }
  }
  if (sorted.empty() || config.dims[0] != 0) {
    fields.unsupported("a transposition that moves the batch");
    return IdentityConfig();
  }
  config.dims.erase(config.dims.begin());
  return config;
}

LayerConfig OperationReader::extents(bool insert) {
  const JsonValue *axes = constant(1, {"axis"});
  // Without an axis, Keras takes out the batch too where it is one sample.
  if (!axes) {
    fields.unsupported("no axis");
    return IdentityConfig();
  }
  return OperationConfig{ExtentOperation{insert, integers(*axes)}};
}

/// A bound of a slice; none if it is null.
std::optional<int64_t> OperationReader::bound(const JsonValue &slice,
                                              llvm::StringRef key) {
  const JsonValue *value = slice.find(key);
  if (!value || value->isNull()) {
    return std::nullopt;
  }
  if (!value->isInt() || value->integer() < -maxElements ||
      value->integer() > maxElements) {
    fields.unsupported("a slice with '" + key + "' = " + value->describe());
    return std::nullopt;
  }
  return value->integer();
}

LayerConfig OperationReader::getItem() {
  using Kind = SliceOperation::Item::Kind;
  const JsonValue *spec = constant(1, {"slice_spec", "key"});
  SliceOperation operation;
  llvm::SmallVector<const JsonValue *> items;
  if (spec && spec->isArray()) {
    items.append(spec->elements().begin(), spec->elements().end());
  } else if (spec) {
    items.push_back(spec);
  }
  for (const JsonValue *item : items) {
    SliceOperation::Item &out = operation.items.emplace_back();
    llvm::StringRef kind = textIn(*item, "class_name");
    const JsonValue *range = kind == "__slice__" ? item->find("config") : item;
    if (item->isNull()) {
      out.kind = Kind::NewAxis;
    } else if (item->isInt()) {
      out.kind = Kind::Index;
      out.start = item->integer();
    } else if (kind == "__ellipsis__") {
      out.kind = Kind::Ellipsis;
    } else if (range && range->isObject() && range->find("start")) {
      out.kind = Kind::Range;
      out.start = bound(*range, "start");
      out.stop = bound(*range, "stop");
      out.step = bound(*range, "step");
    } else {
      fields.unsupported("the index " + item->describe());
    }
  }
  return OperationConfig{operation};
}

LayerConfig OperationReader::cast() {
  const JsonValue *dtype = constant(1, {"dtype"});
  if (dtype && (!dtype->isString() || dtype->string() != "float32")) {
    fields.unsupported("a cast to " + dtype->describe());
  }
  return IdentityConfig();
}

LayerConfig OperationReader::read(const OperationRow &row) {
  switch (row.form) {
  case OperationForm::Activation:
    return activation(row.detail);
  case OperationForm::Elementwise:
    return elementwise(row.detail, {});
  case OperationForm::Clip: {
    auto low = number(1, {"x_min", "clip_value_min"});
    auto high = number(2, {"x_max", "clip_value_max"});
    if (!low || !high) {
      fields.unsupported("a bound that is not a number");
    }
    return elementwise("clip", {low.value_or(0), high.value_or(0)});
  }
  case OperationForm::Power:
    return power(constant(1, {"x2", "y"}));
  case OperationForm::FixedPower: {
    double exponent = 0;
    row.detail.getAsDouble(exponent);
    return OperationConfig{PowerOperation{exponent}};
  }
  case OperationForm::ReluLayer:
    return parseReLU(fields);
  case OperationForm::Binary:
    return binary(row.detail);
  case OperationForm::Matmul:
    return matmul();
  case OperationForm::Reduce:
    return reduce(row.detail);
  case OperationForm::Reshape:
    return reshape();
  case OperationForm::Transpose:
    return transpose();
  case OperationForm::Concatenate:
    return ConcatenateConfig{integer(1, {"axis"}).value_or(0)};
  case OperationForm::Stack:
    return OperationConfig{StackOperation{integer(1, {"axis"}).value_or(0)}};
  case OperationForm::ExpandDims:
    return extents(/*insert=*/true);
  case OperationForm::Squeeze:
    return extents(/*insert=*/false);
  case OperationForm::GetItem:
    return getItem();
  case OperationForm::Cast:
    return cast();
  }
  llvm_unreachable("a form of Operations.def");
}
