// From the arrays of a .npz file to the inputs of a model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/ModelInputs.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/Sites.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace kregc::driver {
namespace {

std::string names(ArrayRef<NpzArray> arrays) {
  std::string text;
  for (const NpzArray &array : arrays) {
    text += (text.empty() ? "'" : ", '") + array.name + "'";
  }
  return text.empty() ? "none" : text;
}

/// The input's array: by the layer's name, else by position.
Expected<const NpzArray *> find(ArrayRef<NpzArray> arrays, StringRef layer,
                                size_t position, StringRef file) {
  std::string numbered = "x_" + std::to_string(position);
  for (StringRef name : {layer, StringRef(numbered)}) {
    const auto *found = find_if(
        arrays, [&](const NpzArray &array) { return name == array.name; });
    if (found != arrays.end()) {
      return found;
    }
  }
  return badInput(file + ": there is no array '" + layer + "' or '" + numbered +
                  "' for input " + Twine(position) + "; the file has " +
                  names(arrays));
}

Error checkShape(const NpzArray &array, const keras::Shape &wanted,
                 StringRef file) {
  bool fits = array.shape.size() == wanted.size() && array.shape[0] >= 1;
  for (size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = wanted[i] < 0 || wanted[i] == array.shape[i];
  }
  return fits ? Error::success()
              : badInput(file + ": array '" + array.name + "' has shape " +
                         describe(keras::Shape(array.shape.begin(),
                                               array.shape.end())) +
                         ", want " + describe(wanted) +
                         " with a batch of 1 or more");
}

} // namespace

std::vector<const float *> ModelInputs::pointers() const {
  std::vector<const float *> result;
  for (const std::vector<float> &array : arrays) {
    result.push_back(array.data());
  }
  return result;
}

Expected<ModelInputs> bindInputs(const keras::Model &model,
                                 ArrayRef<NpzArray> arrays, StringRef file) {
  ModelInputs inputs;
  for (auto [position, index] : enumerate(model.inputs)) {
    const keras::Call &call = model.calls[index];
    Expected<const NpzArray *> array =
        find(arrays, model.layers[call.layer].name, position, file);
    if (!array) {
      return array.takeError();
    }
    if (Error error = checkShape(**array, call.shape, file)) {
      return error;
    }
    int64_t batch = (*array)->shape[0];
    if (position > 0 && batch != inputs.batch) {
      return badInput(file + ": array '" + (*array)->name +
                      "' has batch size " + Twine(batch) +
                      ", the ones before it " + Twine(inputs.batch));
    }
    inputs.batch = batch;
    inputs.arrays.push_back((*array)->toFloat());
  }
  return inputs;
}

} // namespace kregc::driver
