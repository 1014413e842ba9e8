// What the tests of the Keras reader share: configs as text, and failures.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_TEST_UNIT_KERASTESTSUPPORT_H
#define KREGC_TEST_UNIT_KERASTESTSUPPORT_H

#include "frontends/Container/Error.h"
#include "frontends/Keras/Reader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

namespace kregc::keras {

inline std::string input(llvm::StringRef name) {
  return std::string(KREGC_TEST_INPUTS) + "/Keras/Inputs/" + name.str();
}

/// Exit code and message of a failure; 0 and "" for success.
template <typename T>
std::pair<int, std::string> failure(llvm::Expected<T> result) {
  int exitCode = 0;
  std::string text;
  llvm::handleAllErrors(result.takeError(), [&](const InputError &error) {
    exitCode = error.exitCode();
    text = error.message;
  });
  return {exitCode, text};
}

/// Reads a model from text, as a bare .json of Keras `version`.
inline llvm::Expected<Model>
readText(llvm::StringRef text, std::optional<std::string> version = "3.15.1") {
  llvm::SmallString<128> path;
  int descriptor;
  llvm::sys::fs::createTemporaryFile("kregc-model", "json", descriptor, path);
  {
    llvm::raw_fd_ostream(descriptor, true) << text;
  }
  ReadOptions options;
  options.kerasVersion = version;
  auto model = readModel(path, options);
  llvm::sys::fs::remove(path);
  return model;
}

/// {"class_name": …, "config": {"name": …, <fields>}, <rest>}
inline std::string layer(llvm::StringRef className, llvm::StringRef name,
                         llvm::StringRef fields = "",
                         llvm::StringRef rest = "") {
  return ("{\"class_name\": \"" + className + "\", \"config\": {\"name\": \"" +
          name + "\"" + (fields.empty() ? "" : ", ") + fields + "}" +
          (rest.empty() ? "" : ", ") + rest + "}")
      .str();
}

inline std::string sequential(llvm::StringRef shape,
                              std::vector<std::string> layers) {
  layers.insert(layers.begin(),
                layer("InputLayer", "x", ("\"batch_shape\": " + shape).str()));
  return "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", "
         "\"layers\": [" +
         llvm::join(layers, ", ") + "]}}";
}

} // namespace kregc::keras

#endif // KREGC_TEST_UNIT_KERASTESTSUPPORT_H
