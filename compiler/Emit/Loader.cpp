// Archives into this process through LLVM's ORC.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Loader.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/MapperJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/MemoryMapper.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>
#include <optional>

using namespace llvm;

namespace kregc::emit {

struct LoadedLibrary::State {
  std::unique_ptr<orc::LLJIT> jit;
  std::optional<Training> training;
};

LoadedLibrary::LoadedLibrary(std::unique_ptr<State> state)
    : state(std::move(state)) {}
LoadedLibrary::~LoadedLibrary() = default;

template <typename Function>
static Error find(orc::LLJIT &jit, orc::JITDylib &library, const Twine &symbol,
                  Function &function) {
  Expected<orc::ExecutorAddr> address = jit.lookup(library, symbol.str());
  if (!address) {
    return address.takeError();
  }
  function = address->toPtr<Function>();
  return Error::success();
}

const LoadedLibrary::Training *LoadedLibrary::training() const {
  return state->training ? &*state->training : nullptr;
}

/// The functions of training, all or none.
static Error findTraining(orc::LLJIT &jit, orc::JITDylib &library,
                          StringRef name,
                          std::optional<LoadedLibrary::Training> &found) {
  Expected<orc::ExecutorAddr> first =
      jit.lookup(library, (name + "_train_step").str());
  if (!first) {
    consumeError(first.takeError());
    return Error::success();
  }
  LoadedLibrary::Training &t = found.emplace();
  Error error = Error::success();
  auto add = [&](StringRef suffix, auto &function) {
    error = joinErrors(std::move(error),
                       find(jit, library, name + suffix, function));
  };
  add("_train_step", t.trainStep);
  add("_evaluate", t.evaluate);
  add("_gradients", t.gradients);
  add("_weight", t.weight);
  add("_optimizer_variable", t.optimizerVariable);
  add("_get_weight", t.getWeight);
  add("_set_weight", t.setWeight);
  add("_get_learning_rate", t.getLearningRate);
  add("_set_learning_rate", t.setLearningRate);
  add("_get_iteration", t.getIteration);
  add("_set_iteration", t.setIteration);
  add("_set_seed", t.setSeed);
  add("_use_averages", t.useAverages);
  add("_save", t.save);
  add("_load", t.load);
  add("_step_bytes", t.stepBytes);
  return error;
}

/// One range of addresses for all members: they refer to each other by 32 bits,
/// and memory that is mapped for each alone may lie anywhere.
static Expected<std::unique_ptr<jitlink::JITLinkMemoryManager>>
reserveMemory(size_t archiveBytes) {
  constexpr size_t beside = size_t(16) << 20; // whole pages, zeroed data
  return orc::MapperJITLinkMemoryManager::CreateWithMapper<
      orc::InProcessMemoryMapper>(alignTo(2 * archiveBytes + beside, 1 << 20));
}

Expected<std::unique_ptr<LoadedLibrary>>
LoadedLibrary::load(ArrayRef<char> archive, StringRef name) {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
  });
  auto jit = orc::LLJITBuilder()
                 .setObjectLinkingLayerCreator(
                     [&](orc::ExecutionSession &session)
                         -> Expected<std::unique_ptr<orc::ObjectLayer>> {
                       auto memory = reserveMemory(archive.size());
                       if (!memory) {
                         return memory.takeError();
                       }
                       return std::make_unique<orc::ObjectLinkingLayer>(
                           session, std::move(*memory));
                     })
                 .create();
  if (!jit) {
    return jit.takeError();
  }
  auto library = (*jit)->createJITDylib(name.str());
  if (!library) {
    return library.takeError();
  }
  char prefix = (*jit)->getDataLayout().getGlobalPrefix();
  // The C library, libm and pthread are part of this process.
  auto process =
      orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(prefix);
  if (!process) {
    return process.takeError();
  }
  library->addGenerator(std::move(*process));
  auto members = orc::StaticLibraryDefinitionGenerator::Create(
      (*jit)->getObjLinkingLayer(),
      MemoryBuffer::getMemBufferCopy(StringRef(archive.data(), archive.size()),
                                     name));
  if (!members) {
    return members.takeError();
  }
  library->addGenerator(std::move(*members));

  auto state = std::make_unique<State>();
  state->jit = std::move(*jit);
  std::unique_ptr<LoadedLibrary> loaded(new LoadedLibrary(std::move(state)));
  orc::LLJIT &engine = *loaded->state->jit;
  if (Error error =
          findTraining(engine, *library, name, loaded->state->training)) {
    return std::move(error);
  }
  Error error = Error::success();
  auto add = [&](StringRef suffix, auto &function) {
    error = joinErrors(std::move(error),
                       find(engine, *library, name + suffix, function));
  };
  add("_create", loaded->create);
  add("_forward", loaded->forward);
  add("_destroy", loaded->destroy);
  add("_error_message", loaded->errorMessage);
  if (!loaded->training()) {
    add("_self_test", loaded->selfTest);
  }
  if (error) {
    return std::move(error);
  }
  return std::move(loaded);
}

static Error failure(int code, StringRef message) {
  return createStringError(inconvertibleErrorCode(),
                           message.empty()
                               ? "error " + Twine(code) + " of the library"
                               : Twine(message));
}

Expected<std::unique_ptr<LoadedModel>>
LoadedModel::create(const LoadedLibrary &library, const kreg_options *options) {
  void *instance = nullptr;
  int code = library.create(options, &instance);
  if (code != KREG_OK) {
    return failure(code, "");
  }
  return std::unique_ptr<LoadedModel>(new LoadedModel(library, instance));
}

LoadedModel::~LoadedModel() { library.destroy(instance); }

Error LoadedModel::check(int code) const {
  return code == KREG_OK ? Error::success()
                         : failure(code, library.errorMessage(instance));
}

Error LoadedModel::forward(int64_t batch, ArrayRef<const float *> inputs,
                           ArrayRef<float *> outputs, double *penalties) const {
  return check(library.forward(instance, batch, inputs.data(), outputs.data(),
                               penalties));
}

Error LoadedModel::selfTest() const {
  return library.selfTest ? check(library.selfTest(instance))
                          : failure(KREG_ERROR_UNAVAILABLE,
                                    "a training library has no self test");
}

} // namespace kregc::emit
