// See CheckPaths.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/CheckPaths.h"

#include <filesystem>
#include <vector>

namespace kregc::driver {
namespace {

namespace fs = std::filesystem;

struct Place {
  const char *flag;
  const std::string &path;
  bool isFolder = false;
  bool model = false; ///< read: it is one; written: it may replace one
};

bool isSame(const std::string &a, const std::string &b) {
  std::error_code none;
  return fs::path(a).lexically_normal() == fs::path(b).lexically_normal() ||
         fs::equivalent(a, b, none);
}

std::string checkKind(const Place &place) {
  std::error_code none;
  fs::file_status status = fs::status(place.path, none);
  std::string what = std::string(place.flag) + ": '" + place.path + "' is ";
  if (!place.isFolder && fs::is_directory(status)) {
    return what + "a folder; want the name of a file";
  }
  if (fs::exists(status) && !fs::is_directory(status) &&
      !fs::is_regular_file(status)) {
    return what +
           "a device or the like, which would be replaced; want the "
           "name of a " +
           (place.isFolder ? "folder" : "file");
  }
  return "";
}

} // namespace

std::string checkPaths(const Options &options) {
  std::vector<Place> written, read;
  auto add = [](std::vector<Place> &list, Place place) {
    if (!place.path.empty()) {
      list.push_back(place);
    }
  };
  const bool isFolder = true, model = true;
  add(written, {"-o", options.outputFolder, isFolder});
  add(written, {"--dump-phases", options.dumpFolder, isFolder});
  add(written, {"--counterexample", options.counterexample, isFolder});
  add(written, {"--outputs", options.outputs});
  add(written, {"-o", options.output, !isFolder, model});
  add(written, {"--write-repaired", options.repaired, !isFolder, model});
  add(written, {"--history", options.history});
  add(written, {"--best", options.best});
  add(written, {"--checkpoint", options.checkpoint});
  add(written, {"--certificate", options.certificate});
  add(read, {"the model", options.model, !isFolder, model});
  add(read, {"the model", options.second, !isFolder, model});
  add(read, {"--data", options.data});
  add(read, {"--validation-data", options.validationData});
  add(read, {"--inputs", options.inputs});
  for (size_t i = 0; i < written.size(); ++i) {
    const Place &place = written[i];
    if (std::string problem = checkKind(place); !problem.empty()) {
      return problem;
    }
    for (size_t other = 0; other < i && !place.isFolder; ++other) {
      if (isSame(place.path, written[other].path)) {
        return std::string(written[other].flag) + " and " + place.flag +
               " would both write '" + place.path + "'";
      }
    }
    for (const Place &source : read) {
      if (!place.isFolder && !(place.model && source.model) &&
          isSame(place.path, source.path)) {
        return std::string(place.flag) + " would replace " + source.flag +
               ", '" + source.path + "'";
      }
    }
  }
  return "";
}

} // namespace kregc::driver
