// Spoiled model files by the thousand: each is read, or refused with a message
// of the catalogue, and in little time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Mutator.h"

#include "frontends/Container/Error.h"
#include "frontends/Container/Zip.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

using namespace kregc;

namespace {

const char *const corpus[] = {
    "cnn-keras-3.15.1.h5",      "cnn-tf-keras-2.21.0.h5",
    "cnn-keras-3.3.3.json",     "deflated.keras",
    "multi-io.keras",           "nested-tf-keras-2.21.0.keras",
    "nested-twice.keras",       "nested.h5",
    "shared-twice.keras",       "weights-float16.keras",
    "npz-tf-keras-2.21.0.keras"};

unsigned rounds() {
  const char *text = std::getenv("KREGC_RANDOM_ROUNDS");
  unsigned count = 1;
  return text && !llvm::StringRef(text).getAsInteger(10, count) ? count : 1;
}

double processorTime() {
  double seconds = 0;
  for (int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used;
    getrusage(who, &used);
    for (const timeval &time : {used.ru_utime, used.ru_stime}) {
      seconds += static_cast<double>(time.tv_sec) +
                 static_cast<double>(time.tv_usec) * 1e-6;
    }
  }
  return seconds;
}

/// What became of the files.
struct Tally {
  unsigned read = 0, imported = 0, refused = 0, crashesOfHdf5 = 0;
  double slowest = 0;
};

/// Counts an error, which must be one of the catalogue.
void countRefusal(llvm::Error error, Tally &tally) {
  ++tally.refused;
  llvm::handleAllErrors(
      std::move(error),
      [&](const InputError &input) {
        EXPECT_FALSE(input.message.empty());
        EXPECT_TRUE(input.exitCode() == 2 || input.exitCode() == 3);
        tally.crashesOfHdf5 += input.id == Diagnostic::Hdf5Child;
      },
      [&](const llvm::ErrorInfoBase &other) {
        ADD_FAILURE() << "not of the catalogue: " << other.message();
      });
}

void readOne(const std::string &bytes, bool values, mlir::MLIRContext &context,
             Tally &tally) {
  keras::ReadOptions options;
  options.weightValues = values;
  auto model = keras::readModelBytes(bytes, "mutated", options);
  if (!model) {
    countRefusal(model.takeError(), tally);
    return;
  }
  ++tally.read;
  auto module = importModel(*model, context);
  if (!module) {
    countRefusal(module.takeError(), tally);
    return;
  }
  ++tally.imported;
}

/// The files are tried in parts, which may run beside each other.
constexpr unsigned parts = 4;

class Mutation : public testing::TestWithParam<unsigned> {};

TEST_P(Mutation, EveryFileIsReadOrRefused) {
  // 1000 files in all; the slow suite tries 20 times as many.
  unsigned count = 1000 / parts * rounds(), first = GetParam() * count;
  // The file that is being read: what a crash leaves behind.
  std::string last =
      testing::TempDir() + "kregc-mutated-" + std::to_string(GetParam());
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> files;
  for (const char *name : corpus) {
    files.push_back(llvm::cantFail(
        openFile(std::string(KREGC_TEST_INPUTS) + "/Keras/Inputs/" + name)));
  }
  Tally tally;
  for (unsigned seed = first; seed < first + count; ++seed) {
    fuzz::Mutator mutator(seed);
    llvm::StringRef original = files[seed % files.size()]->getBuffer();
    std::string bytes = mutator.mutate(original);
    {
      std::error_code code;
      llvm::raw_fd_ostream(last, code) << bytes;
    }
    // A context keeps every attribute that it has seen.
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    context.getDiagEngine().registerHandler([](mlir::Diagnostic &) {});
    double start = processorTime();
    readOne(bytes, mutator.chance(50), context, tally);
    double seconds = processorTime() - start;
    tally.slowest = std::max(tally.slowest, seconds);
#if !__has_feature(address_sanitizer)
    EXPECT_LE(seconds, 2.0) << "seed " << seed;
#endif
    if (HasFailure()) {
      GTEST_FAIL() << "seed " << seed << " of " << corpus[seed % files.size()];
    }
  }
  llvm::sys::fs::remove(last);
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  std::printf("%u files: %u read, %u imported, %u refused, %u ended the HDF5 "
              "process; slowest %.2f s, at most %ld MB\n",
              count, tally.read, tally.imported, tally.refused,
              tally.crashesOfHdf5, tally.slowest, used.ru_maxrss / 1024);
#if !__has_feature(address_sanitizer)
  EXPECT_LE(used.ru_maxrss, 1 << 20);
#endif
  // A mutator that spoils everything beyond recognition tests little.
  EXPECT_GE(tally.read, count / 20);
  EXPECT_GE(tally.refused, count / 4);
}

INSTANTIATE_TEST_SUITE_P(Parts, Mutation, testing::Range(0u, parts));

} // namespace
