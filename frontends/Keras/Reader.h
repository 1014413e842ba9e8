// The door of the front end: a model file in, a Model or an InputError out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_READER_H
#define KREGC_FRONTENDS_KERAS_READER_H

#include "frontends/Keras/Model.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace kregc::keras {

/// What a model file may not say itself.
struct ReadOptions {
  /// Overrides the version of the file ("3.15.1", "2.15.0-tf"); needed for a
  /// bare Keras 3 .json whose version its config does not give away.
  std::optional<std::string> kerasVersion;
  /// The weights of a bare .json, a .weights.h5 or the .weights.json of sharded
  /// ones; by default weightsBeside(), if there is such a file.
  std::optional<std::string> weightsPath;
  /// Whether to read the numbers of the weights. Without, they are looked for
  /// and compared with their shapes, but Weight::data stays null.
  bool weightValues = true;
};

/// Reads a `.keras` archive or a folder with what it holds, a legacy `.h5` or a
/// bare `.json`, told apart by their first bytes. All shapes are checked,
/// weights are in memory; dead calls stay in Model::calls (see liveCalls).
/// Errors are InputErrors (Container/Error.h): Malformed (exit 2) or
/// Unsupported (exit 3).
llvm::Expected<Model> readModel(llvm::StringRef path,
                                const ReadOptions &options = {});

/// The same of a file in memory; `path` is what messages call it. The weights
/// of a bare .json are still looked for beside `path`.
llvm::Expected<Model> readModelBytes(llvm::StringRef bytes,
                                     llvm::StringRef path,
                                     const ReadOptions &options = {});

/// "dir/model.weights.h5" for a bare "dir/model.json".
std::string weightsFileOf(llvm::StringRef path);

/// The weights of a bare .json: that file, or "dir/model.weights.json", the map
/// of sharded weights, where only that exists.
std::string weightsBeside(llvm::StringRef path);

/// For each call of the model whether its result reaches a model output.
std::vector<bool> liveCalls(const Model &model);

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_READER_H
