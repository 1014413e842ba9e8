// Loads a library that Library.h made into this process: what `kregc run` and
// `bench` call is the archive that `compile` writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_EMIT_LOADER_H
#define KREGC_COMPILER_EMIT_LOADER_H

#include "runtime/include/kreg/runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kregc::emit {

/// An archive in memory, its code linked and ready. Several may be loaded.
class LoadedLibrary {
public:
  /// The API of the generated header, with void in place of <name>_model.
  using Create = int (*)(const kreg_options *, void **);
  using Forward = int (*)(void *, int64_t, const float *const *, float *const *,
                          double *);
  using SelfTest = int (*)(void *);
  using Destroy = void (*)(void *);
  using ErrorMessage = const char *(*)(const void *);

  /// Copies `archive`. The target must be this machine.
  static llvm::Expected<std::unique_ptr<LoadedLibrary>>
  load(llvm::ArrayRef<char> archive, llvm::StringRef name);
  ~LoadedLibrary();

  Create create = nullptr;
  Forward forward = nullptr;
  SelfTest selfTest = nullptr; ///< null in a training library
  Destroy destroy = nullptr;
  ErrorMessage errorMessage = nullptr; ///< never null; "" if nothing failed

  /// The rest of the API of a training library (`--mode training`).
  struct Training {
    using Run = int (*)(void *, int64_t, const float *const *inputs,
                        const float *const *targets,
                        const float *const *sampleWeights, float *const *out,
                        kreg_step_result *);
    Run trainStep = nullptr;
    Run evaluate = nullptr;
    Run gradients = nullptr; ///< `out` is an array per trainable weight
    int (*weight)(void *, int64_t, kreg_tensor *) = nullptr;
    int (*optimizerVariable)(void *, int64_t, kreg_tensor *) = nullptr;
    int (*getWeight)(void *, const char *, float *, int64_t) = nullptr;
    int (*setWeight)(void *, const char *, const float *, int64_t) = nullptr;
    double (*getLearningRate)(const void *) = nullptr;
    int (*setLearningRate)(void *, double) = nullptr;
    int64_t (*getIteration)(const void *) = nullptr;
    int (*setIteration)(void *, int64_t) = nullptr;
    int (*setSeed)(void *, uint64_t) = nullptr;
    int (*useAverages)(void *) = nullptr;
    int (*save)(void *, const char *) = nullptr;
    int (*load)(void *, const char *) = nullptr;
    int64_t (*stepBytes)(int64_t) = nullptr;
  };
  /// Null in a library of inference.
  const Training *training() const;

private:
  struct State;
  explicit LoadedLibrary(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

/// One instance of a loaded library, destroyed with this object and before it.
class LoadedModel {
public:
  static llvm::Expected<std::unique_ptr<LoadedModel>>
  create(const LoadedLibrary &library, const kreg_options *options = nullptr);
  ~LoadedModel();

  /// Runs one batch; `penalties` may be null. Errors are StringErrors with the
  /// library's message.
  llvm::Error forward(int64_t batch, llvm::ArrayRef<const float *> inputs,
                      llvm::ArrayRef<float *> outputs, double *penalties) const;
  llvm::Error selfTest() const;

  /// The instance itself, for the functions of LoadedLibrary::Training.
  void *handle() const { return instance; }

private:
  LoadedModel(const LoadedLibrary &library, void *instance)
      : library(library), instance(instance) {}
  llvm::Error check(int code) const;
  const LoadedLibrary &library;
  void *instance;
};

} // namespace kregc::emit

#endif // KREGC_COMPILER_EMIT_LOADER_H
