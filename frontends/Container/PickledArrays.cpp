// The arrays in the pickle of a dict, as NumPy writes them: a call of
// `_reconstruct`, and a state (version, shape, type, column-major, data).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Container/Pickle.h"

using namespace kregc;
using Kind = PickleValue::Kind;

namespace {
/// What an array's state says; its data are bytes, or a list of objects.
struct ArrayState {
  std::vector<int64_t> shape;
  std::string descr;
  bool fortran = false;
  const PickleValue *data = nullptr;
};
} // namespace

/// "numpy.dtype" of its call; empty for what is no call.
static llvm::StringRef callee(const Pickle &pickle, const PickleValue *value) {
  const PickleValue *function = pickle.item(value, Kind::Call, 0);
  return function && function->kind == Kind::Name
             ? llvm::StringRef(function->name)
             : llvm::StringRef();
}

static const PickleValue *stateOf(const Pickle &pickle,
                                  const PickleValue *value) {
  return value && value->state ? &pickle[*value->state] : nullptr;
}

static bool isA(const PickleValue *value, Kind kind) {
  return value && value->kind == kind;
}

/// The type as a .npy header has it: dtype('f4', …) with the state (3, '<', …).
static std::optional<std::string> descrOf(const Pickle &pickle,
                                          const PickleValue *dtype) {
  const PickleValue *arguments = pickle.item(dtype, Kind::Call, 1);
  const PickleValue *text = pickle.item(arguments, Kind::Tuple, 0);
  const PickleValue *order =
      pickle.item(stateOf(pickle, dtype), Kind::Tuple, 1);
  if (callee(pickle, dtype) != "numpy.dtype" || !isA(text, Kind::Text) ||
      !isA(order, Kind::Text)) {
    return std::nullopt;
  }
  return (order->text + text->text).str();
}

static std::optional<ArrayState> arrayOf(const Pickle &pickle,
                                         const PickleValue *value) {
  llvm::StringRef function = callee(pickle, value);
  const PickleValue *arguments = pickle.item(value, Kind::Call, 1);
  const PickleValue *type = pickle.item(arguments, Kind::Tuple, 0);
  const PickleValue *state = stateOf(pickle, value);
  const PickleValue *shape = pickle.item(state, Kind::Tuple, 1);
  const PickleValue *fortran = pickle.item(state, Kind::Tuple, 3);
  // NumPy 1, NumPy 2.
  if ((function != "numpy.core.multiarray._reconstruct" &&
       function != "numpy._core.multiarray._reconstruct") ||
      !isA(type, Kind::Name) || type->name != "numpy.ndarray" ||
      !isA(shape, Kind::Tuple) || !isA(fortran, Kind::Bool)) {
    return std::nullopt;
  }
  ArrayState array;
  for (size_t item : shape->items) {
    if (!isA(&pickle[item], Kind::Int) || pickle[item].integer < 0) {
      return std::nullopt;
    }
    array.shape.push_back(pickle[item].integer);
  }
  std::optional<std::string> descr =
      descrOf(pickle, pickle.item(state, Kind::Tuple, 2));
  if (!descr) {
    return std::nullopt;
  }
  array.descr = *descr;
  array.fortran = fortran->integer != 0;
  array.data = pickle.item(state, Kind::Tuple, 4);
  return array;
}

/// What a message calls a value.
static std::string describe(const Pickle &pickle, const PickleValue &value) {
  if (llvm::StringRef function = callee(pickle, &value); !function.empty()) {
    return "an object of '" + function.str() + "'";
  }
  switch (value.kind) {
  case Kind::None:
    return "None";
  case Kind::Bool:
    return "a bool";
  case Kind::Int:
    return "an int";
  case Kind::Text:
    return "a text";
  case Kind::Bytes:
    return "bytes";
  case Kind::Tuple:
    return "a tuple";
  case Kind::List:
    return "a list";
  case Kind::Dict:
    return "a dict";
  case Kind::Name:
    return "'" + value.name + "'";
  case Kind::Call:
    return "an object";
  }
  llvm_unreachable("unknown kind");
}

llvm::Expected<std::vector<NpyView>>
kregc::viewPickledDict(llvm::StringRef npy, llvm::StringRef where) {
  auto bytes = pickleOf(npy, where);
  if (!bytes) {
    return bytes.takeError();
  }
  auto pickle = Pickle::parse(*bytes, where);
  if (!pickle) {
    return pickle.takeError();
  }
  // An array of no dimension with one object in it.
  std::optional<ArrayState> whole = arrayOf(*pickle, &pickle->root());
  const PickleValue *dict =
      whole ? pickle->item(whole->data, Kind::List, 0) : &pickle->root();
  if (!isA(dict, Kind::Dict)) {
    return diagnose(Diagnostic::PickleValue, where,
                    describe(*pickle, dict ? *dict : pickle->root()),
                    "a dict of NumPy arrays");
  }
  std::vector<NpyView> views;
  for (size_t i = 0; i + 1 < dict->items.size(); i += 2) {
    const PickleValue &key = (*pickle)[dict->items[i]],
                      &value = (*pickle)[dict->items[i + 1]];
    if (key.kind != Kind::Text) {
      return diagnose(Diagnostic::PickleValue, where, describe(*pickle, key),
                      "a text as a key");
    }
    std::string place = (where + ": " + key.text).str();
    std::optional<ArrayState> array = arrayOf(*pickle, &value);
    if (!array || !isA(array->data, Kind::Bytes)) {
      return diagnose(Diagnostic::PickleValue, place, describe(*pickle, value),
                      "a NumPy array of numbers");
    }
    auto view = makeView(key.text, array->shape, array->descr, array->fortran,
                         array->data->text, place);
    if (!view) {
      return view.takeError();
    }
    views.push_back(std::move(*view));
  }
  return views;
}
