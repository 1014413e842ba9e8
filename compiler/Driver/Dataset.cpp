// The arrays of a data set as batches of a model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Dataset.h"

#include "compiler/Driver/DriverError.h"
#include "compiler/Driver/Sites.h"
#include "frontends/Keras/CompileSettings.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace llvm;

namespace kregc::driver {

/// Data of more bytes are only checked as they are used.
static constexpr int64_t worthCheckingFirst = int64_t(4) << 30;

static bool isSparse(const keras::Loss &loss) {
  return loss.kind == "sparse_categorical_crossentropy";
}

static std::string quoted(ArrayRef<std::string> names) {
  std::string text;
  for (const std::string &name : names) {
    text += (text.empty() ? "'" : ", '") + name + "'";
  }
  return text.empty() ? "none" : text;
}

static keras::Shape shapeOf(const NpyView &array) {
  return keras::Shape(array.shape.begin(), array.shape.end());
}

/// Finds the arrays of one file.
class Dataset::Binder {
public:
  Binder(const keras::Model &model, Dataset &set)
      : model(model), set(set), used(set.files->arrays().size(), false) {}

  Error bind();

private:
  Error bindInputs();
  Error bindTargets();
  Error bindWeights();
  Error refuseOthers() const;
  Error add(Role role, int array, ArrayRef<keras::Shape> wanted);

  /// The index of the first of these names, or -1.
  int find(ArrayRef<std::string> names) const {
    for (const std::string &name : names) {
      for (auto [index, array] : enumerate(set.files->arrays())) {
        if (array.name == name && !used[index]) {
          return static_cast<int>(index);
        }
      }
    }
    return -1;
  }
  std::string present() const {
    std::vector<std::string> names;
    for (const NpyView &array : set.files->arrays()) {
      names.push_back(array.name);
    }
    return quoted(names);
  }

  const keras::Model &model;
  Dataset &set;
  std::vector<bool> used;
};

/// Adds an array whose shape is one of `wanted`; -1 is the batch.
Error Dataset::Binder::add(Role role, int index,
                           ArrayRef<keras::Shape> wanted) {
  const NpyView &array = set.files->arrays()[index];
  auto fits = [&](const keras::Shape &shape) {
    return shape.size() == array.shape.size() &&
           std::equal(shape.begin() + 1, shape.end(), array.shape.begin() + 1);
  };
  if (none_of(wanted, fits)) {
    std::string shapes;
    for (const keras::Shape &shape : wanted) {
      shapes += (shapes.empty() ? "" : " or ") + describe(shape);
    }
    return badInput(set.file + ": array '" + array.name + "' has shape " +
                    describe(shapeOf(array)) + ", want " + shapes);
  }
  if (!set.columns.empty() && array.shape[0] != set.count) {
    return badInput(set.file + ": array '" + array.name + "' has " +
                    Twine(array.shape[0]) + " samples, the ones before it " +
                    Twine(set.count));
  }
  if (array.shape[0] == 0) {
    return badInput(set.file + ": array '" + array.name +
                    "' is empty, want one sample or more");
  }
  set.count = array.shape[0];
  set.columns.push_back({role, array, false, 0});
  used[index] = true;
  return Error::success();
}

Error Dataset::Binder::bindInputs() {
  for (auto [position, index] : enumerate(model.inputs)) {
    const keras::Call &call = model.calls[index];
    std::vector<std::string> names = {"x_" + std::to_string(position),
                                      model.layers[call.layer].name};
    int array = find(names);
    if (array < 0) {
      return badInput(set.file + ": there is no array " + quoted(names) +
                      " for input " + Twine(position) + "; the file has " +
                      present());
    }
    if (Error error = add(Role::Input, array, call.shape)) {
      return error;
    }
  }
  return Error::success();
}

Error Dataset::Binder::bindTargets() {
  std::vector<std::string> outputs = keras::outputNames(model);
  for (auto [position, loss] : enumerate(model.training->losses)) {
    keras::Shape shape = model.calls[model.outputs[position].call].shape;
    int64_t classes = shape.back();
    std::vector<keras::Shape> wanted;
    if (isSparse(loss)) {
      shape.back() = 1;
    }
    wanted.push_back(shape);
    if (shape.back() == 1 && shape.size() > 1) {
      wanted.insert(isSparse(loss) ? wanted.begin() : wanted.end(),
                    keras::Shape(shape.begin(), shape.end() - 1));
    }
    int64_t size = 1;
    for (int64_t extent : ArrayRef(shape).drop_front()) {
      size *= extent;
    }
    set.targetSize.push_back(size);
    if (loss.none) {
      set.targetColumn.push_back(-1);
      continue;
    }
    std::vector<std::string> names = {"t_" + std::to_string(position),
                                      outputs[position]};
    int array = find(names);
    if (array < 0) {
      return badInput(set.file + ": there is no array " + quoted(names) +
                      " for the target of output " + Twine(position) +
                      "; the file has " + present());
    }
    set.targetColumn.push_back(static_cast<int>(set.columns.size()));
    if (Error error = add(Role::Target, array, wanted)) {
      return error;
    }
    set.columns.back().label = isSparse(loss);
    set.columns.back().classes = classes;
  }
  return Error::success();
}

Error Dataset::Binder::bindWeights() {
  size_t outputs = model.outputs.size();
  const keras::Shape shapes[] = {{-1}, {-1, 1}};
  set.weightColumn.assign(outputs, -1);
  int common = find({std::string("sample_weight")});
  if (common >= 0) {
    set.weightColumn.assign(outputs, static_cast<int>(set.columns.size()));
    if (Error error = add(Role::Weight, common, shapes)) {
      return error;
    }
  }
  for (size_t i = 0; i < outputs; ++i) {
    int own = find({"sample_weight_" + std::to_string(i)});
    if (own < 0) {
      continue;
    }
    set.weightColumn[i] = static_cast<int>(set.columns.size());
    if (Error error = add(Role::Weight, own, shapes)) {
      return error;
    }
  }
  return Error::success();
}

/// A name that means nothing is a mistake that would go unnoticed.
Error Dataset::Binder::refuseOthers() const {
  for (auto [index, array] : enumerate(set.files->arrays())) {
    if (!used[index]) {
      return badInput(set.file + ": array '" + array.name +
                      "' is not used: inputs are x_0, x_1 … or named after "
                      "their layers, targets t_0, t_1 …, weights of samples "
                      "sample_weight");
    }
  }
  return Error::success();
}

Error Dataset::Binder::bind() {
  if (Error error = bindInputs()) {
    return error;
  }
  if (Error error = bindTargets()) {
    return error;
  }
  if (Error error = bindWeights()) {
    return error;
  }
  return refuseOthers();
}

Expected<Dataset> Dataset::open(const keras::Model &model, StringRef path,
                                ClassWeights classWeights) {
  Expected<NpyFiles> files = NpyFiles::open(path);
  if (!files) {
    return files.takeError();
  }
  Dataset set;
  set.file = path.str();
  set.files = std::make_shared<const NpyFiles>(std::move(*files));
  if (Error error = Binder(model, set).bind()) {
    return std::move(error);
  }
  if (!classWeights.empty()) {
    if (model.outputs.size() != 1 || set.weightColumn[0] >= 0) {
      return badInput("--class-weight needs a model of one output and data "
                      "without sample_weight");
    }
    set.sparse = isSparse(model.training->losses[0]);
    int64_t classes = model.calls[model.outputs[0].call].shape.back();
    set.classWeights = std::move(classWeights);
    set.classWeights.resize(std::max<size_t>(set.classWeights.size(),
                                             std::max<int64_t>(classes, 2)),
                            1);
  }
  if (Error error = set.checkAll()) {
    return std::move(error);
  }
  return set;
}

Dataset Dataset::slice(int64_t begin, int64_t end) const {
  Dataset part = *this;
  part.first = first + begin;
  part.count = end - begin;
  return part;
}

Error Dataset::readRow(const Column &column, int64_t row, float *out) const {
  const NpyView &array = column.array;
  array.readRow(row, out);
  for (int64_t i = 0, size = array.rowSize(); i < size; ++i) {
    if (!std::isfinite(out[i])) {
      return badInput(file + ": array '" + array.name + "' has " +
                      (std::isnan(out[i]) ? "NaN" : "an infinity") +
                      " in sample " + Twine(row));
    }
    bool valid = out[i] >= 0 && out[i] < static_cast<float>(column.classes) &&
                 out[i] == std::floor(out[i]);
    if (column.label && !valid) {
      std::string found;
      raw_string_ostream(found) << format("%g", static_cast<double>(out[i]));
      return badInput(file + ": array '" + array.name + "' has the label " +
                      found + " in sample " + Twine(row) +
                      ", want a class from 0 to " + Twine(column.classes - 1));
    }
  }
  return Error::success();
}

Error Dataset::checkAll() const {
  int64_t bytes = 0;
  for (const Column &column : columns) {
    bytes += column.array.numElements() * itemSize(column.array.dtype);
  }
  if (bytes > worthCheckingFirst) {
    return Error::success();
  }
  std::vector<float> row;
  for (const Column &column : columns) {
    row.resize(column.array.rowSize());
    for (int64_t i = 0; i < column.array.shape[0]; ++i) {
      if (Error error = readRow(column, i, row.data())) {
        return error;
      }
    }
  }
  return Error::success();
}

/// The class of a sample is its label, the place of the largest target, or
/// whether the only target is above a half.
void Dataset::applyClassWeights(Batch &batch) const {
  int64_t size = targetSize[0];
  std::vector<float> &weights = batch.weights.emplace_back(batch.size, 1.0f);
  for (int64_t i = 0; i < batch.size; ++i) {
    const float *target = batch.targets[0].data() + i * size;
    int64_t number = sparse || size == 1
                         ? static_cast<int64_t>(std::lround(target[0]))
                         : std::max_element(target, target + size) - target;
    if (number >= 0 && number < static_cast<int64_t>(classWeights.size())) {
      weights[i] = classWeights[number];
    }
  }
}

Error Dataset::gather(ArrayRef<int64_t> rows, Batch &batch) const {
  batch.size = static_cast<int64_t>(rows.size());
  batch.weights.clear();
  std::vector<std::vector<float>> arrays(columns.size());
  for (auto [index, column] : enumerate(columns)) {
    int64_t size = column.array.rowSize();
    arrays[index].resize(size * batch.size);
    for (auto [i, row] : enumerate(rows)) {
      if (Error error =
              readRow(column, first + row, arrays[index].data() + i * size)) {
        return error;
      }
    }
  }
  size_t inputs = 0;
  while (inputs < columns.size() && columns[inputs].role == Role::Input) {
    ++inputs;
  }
  batch.inputs.assign(std::make_move_iterator(arrays.begin()),
                      std::make_move_iterator(arrays.begin() + inputs));
  batch.targets.clear();
  for (auto [output, column] : enumerate(targetColumn)) {
    batch.targets.push_back(
        column < 0 ? std::vector<float>(targetSize[output] * batch.size, 0)
                   : std::move(arrays[column]));
  }
  if (any_of(weightColumn, [](int column) { return column >= 0; })) {
    for (int column : weightColumn) {
      batch.weights.push_back(column < 0 ? std::vector<float>(batch.size, 1.0f)
                                         : arrays[column]);
    }
  } else if (!classWeights.empty()) {
    applyClassWeights(batch);
  }
  auto point = [](const std::vector<std::vector<float>> &from,
                  std::vector<const float *> &to) {
    to.clear();
    for (const std::vector<float> &array : from) {
      to.push_back(array.data());
    }
  };
  point(batch.inputs, batch.inputPointers);
  point(batch.targets, batch.targetPointers);
  point(batch.weights, batch.weightPointers);
  return Error::success();
}

} // namespace kregc::driver
