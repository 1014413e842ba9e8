// Reading the recorded Keras cases.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/RecordedCases.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace kregc;
using namespace kregc::test;

/// KREGC_CASES names another folder, for cases made by compare-with-keras.py.
static std::string casesFolder() {
  const char *other = std::getenv("KREGC_CASES");
  return other ? other : KREGC_SOURCE_DIR "/test/e2e/cases";
}

const NpzArray *RecordedArrays::find(const std::string &name) const {
  auto it = std::find_if(arrays.begin(), arrays.end(),
                         [&](const NpzArray &a) { return a.name == name; });
  return it == arrays.end() ? nullptr : &*it;
}

std::vector<const NpzArray *>
RecordedArrays::series(const std::string &prefix) const {
  std::vector<const NpzArray *> found;
  while (const NpzArray *next = find(prefix + std::to_string(found.size()))) {
    found.push_back(next);
  }
  return found;
}

std::vector<std::string> test::recordedCaseNames() {
  std::vector<std::string> names;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(casesFolder(), error), end;
       it != end && !error; it.increment(error)) {
    if (llvm::sys::fs::exists(it->path() + "/case.json")) {
      names.push_back(llvm::sys::path::filename(it->path()).str());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> test::recordedTrainingNames() {
  std::vector<std::string> names = recordedCaseNames();
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string &name) {
                               return !llvm::sys::fs::exists(casesFolder() +
                                                             "/" + name +
                                                             "/training.npz");
                             }),
              names.end());
  return names;
}

static std::vector<NpzArray> readArrays(const std::string &path) {
  auto arrays = readNpz(path);
  if (!arrays) {
    ADD_FAILURE() << llvm::toString(arrays.takeError());
    return {};
  }
  return std::move(*arrays);
}

/// A part of case.json as the front end reads JSON; null of null.
static std::shared_ptr<JsonDocument> reparse(const llvm::json::Value *part) {
  if (!part || part->kind() == llvm::json::Value::Null) {
    return nullptr;
  }
  auto document =
      JsonDocument::parse(llvm::formatv("{0}", *part).str(), "case.json");
  if (!document) {
    ADD_FAILURE() << llvm::toString(document.takeError());
    return nullptr;
  }
  return std::move(*document);
}

static void readTraining(const std::string &folder,
                         const llvm::json::Object &json, RecordedCase &result) {
  std::string path = folder + "/training.npz";
  if (!llvm::sys::fs::exists(path)) {
    return;
  }
  result.training.arrays = readArrays(path);
  result.loss = reparse(json.get("loss"));
  result.lossWeights = reparse(json.get("loss_weights"));
  if (const llvm::json::Object *training = json.getObject("training")) {
    result.trainingRtol = training->getNumber("rtol").value_or(0);
    result.trainingAtol = training->getNumber("atol").value_or(0);
  }
}

RecordedCase test::readRecordedCase(const std::string &name) {
  RecordedCase result;
  result.name = name;
  std::string folder = casesFolder() + "/" + name;
  for (const char *suffix : {".keras", ".h5", ".json"}) {
    if (llvm::sys::fs::exists(folder + "/model" + suffix)) {
      result.modelPath = folder + "/model" + suffix;
    }
  }
  EXPECT_FALSE(result.modelPath.empty()) << folder << " has no model file";

  auto text = llvm::MemoryBuffer::getFile(folder + "/case.json");
  auto json =
      text ? llvm::json::parse((*text)->getBuffer()) : llvm::json::parse("");
  const llvm::json::Object *object = json ? json->getAsObject() : nullptr;
  if (!object) {
    llvm::consumeError(json.takeError());
    ADD_FAILURE() << folder << "/case.json cannot be read";
    return result;
  }
  result.rtol = object->getNumber("rtol").value_or(0);
  result.atol = object->getNumber("atol").value_or(0);
  // A bare .json of Keras 3 does not say which release wrote it.
  llvm::StringRef keras = object->getString("keras").value_or("");
  if (object->getString("format") == llvm::StringRef("json") &&
      !keras.starts_with("tf-keras")) {
    result.kerasVersion = keras.str();
  }
  result.arrays = readArrays(folder + "/inference.npz");
  readTraining(folder, *object, result);
  return result;
}

void test::expectClose(const std::string &what, const std::vector<double> &got,
                       const std::vector<double> &want, double rtol,
                       double atol) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    double excess =
        std::fabs(got[i] - want[i]) / (atol + rtol * std::fabs(want[i]));
    worst = excess <= worst ? worst : excess; // NaN stays
  }
  EXPECT_LE(worst, 1.0) << what << ": the worst of " << got.size()
                        << " numbers, in multiples of the tolerance";
}
