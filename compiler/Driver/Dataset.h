// The arrays of a data set as batches of a model: inputs, targets and sample
// weights, checked.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_DATASET_H
#define KREGC_COMPILER_DRIVER_DATASET_H

#include "frontends/Container/NpyFiles.h"
#include "frontends/Keras/Model.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kregc::driver {

/// Samples side by side, float32 and row-major, in the order of the model's
/// inputs and outputs.
struct Batch {
  int64_t size = 0;
  std::vector<std::vector<float>> inputs, targets;
  std::vector<std::vector<float>> weights; ///< per output; empty: all are 1
  std::vector<const float *> inputPointers, targetPointers, weightPointers;

  /// Null where every sample counts 1.
  const float *const *sampleWeights() const {
    return weightPointers.empty() ? nullptr : weightPointers.data();
  }
};

/// A weight for each class of the only output, by its number.
using ClassWeights = std::vector<float>;

class Dataset {
public:
  /// Finds every array in the .npz file or folder `path`: inputs as x_0 … or by
  /// the name of their layer, targets as t_0 … or by the name of the output's
  /// layer, sample_weight or sample_weight_0 …. Names, shapes and that all have
  /// as many samples are checked; so are all values, unless the data are larger
  /// than what is worth reading twice. Errors end with status 2.
  static llvm::Expected<Dataset> open(const keras::Model &model,
                                      llvm::StringRef path,
                                      ClassWeights classWeights = {});

  int64_t samples() const { return count; }

  /// Samples [begin, end) of this set as a set of its own.
  Dataset slice(int64_t begin, int64_t end) const;

  /// Copies samples into `batch`; `rows` count from the begin of the slice.
  /// Errors: a value that is not finite, a label out of range.
  llvm::Error gather(llvm::ArrayRef<int64_t> rows, Batch &batch) const;

private:
  enum class Role { Input, Target, Weight };
  struct Column {
    Role role;
    NpyView array;
    bool label = false; ///< class numbers from 0 to classes - 1
    int64_t classes = 0;
  };
  class Binder;

  llvm::Error checkAll() const;
  llvm::Error readRow(const Column &column, int64_t row, float *out) const;
  void applyClassWeights(Batch &batch) const;

  std::shared_ptr<const NpyFiles> files;
  std::string file;
  std::vector<Column> columns;                 ///< inputs, targets, weights
  std::vector<int> targetColumn, weightColumn; ///< per output; -1: none
  std::vector<int64_t> targetSize; ///< numbers per sample, per output
  ClassWeights classWeights;
  bool sparse = false; ///< the only output's target is a class number
  int64_t first = 0, count = 0;
};

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_DATASET_H
