// Runs Halide on one plan and turns its errors into values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Halide/Compile.h"

#include "compiler/Halide/Schedules.h"

#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace kregc::halide {
namespace {

/// Errors are thrown to compileKernel. So is a warning that an assertion always
/// fails: without asserts such a kernel would read out of bounds.
class Reporter : public ::Halide::CompileTimeErrorReporter {
public:
  void warning(const char *text) override {
    if (std::string(text).find("guaranteed to fail") != std::string::npos) {
      throw ::Halide::CompileError(text);
    }
  }
  [[noreturn]] void error(const char *text) override {
    throw ::Halide::CompileError(text);
  }
};

void installReporter() {
  static Reporter reporter;
  static std::once_flag once;
  std::call_once(once, [] {
    ::Halide::set_custom_compile_time_error_reporter(&reporter);
  });
}

/// A file in memory: Halide writes objects to files only, and ends the process
/// where the disk is full.
class MemoryFile {
public:
  MemoryFile() : descriptor(memfd_create("kregc", MFD_CLOEXEC)) {
    if (descriptor < 0) {
      throw ::Halide::RuntimeError("cannot create a file in memory");
    }
  }
  ~MemoryFile() { close(descriptor); }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  std::string path() const {
    return "/proc/self/fd/" + std::to_string(descriptor);
  }
  std::vector<char> read() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

private:
  int descriptor;
};

/// Says `names[old]` for `old` wherever a statement names a function.
class RenameFunctions : public ::Halide::Internal::IRMutator {
public:
  explicit RenameFunctions(std::map<std::string, std::string> names)
      : names(std::move(names)) {}

private:
  using IRMutator::visit;

  ::Halide::Expr visit(const ::Halide::Internal::Variable *op) override {
    auto found = names.find(op->name);
    return found == names.end()
               ? ::Halide::Expr(op)
               : ::Halide::Internal::Variable::make(op->type, found->second);
  }
  std::map<std::string, std::string> names;
};

/// Names the bodies of parallel loops by their number. Halide's names have
/// counters that depend on what this process compiled before, and a symbol is
/// part of the object.
void renameTasks(::Halide::Module &module, const std::string &kernel) {
  std::map<std::string, std::string> names;
  int number = 0;
  for (::Halide::Internal::LoweredFunc &function : module.functions()) {
    if (function.name != kernel) {
      std::string name = kernel + "_task" + std::to_string(number++);
      names["::" + function.name] = "::" + name; // how statements name it
      function.name = name;
    }
  }
  RenameFunctions rename(names);
  for (::Halide::Internal::LoweredFunc &function : module.functions()) {
    function.body = rename.mutate(function.body);
  }
}

::Halide::Target halideTarget(const Target &target, bool checked) {
  std::string text = target.halide + "-no_runtime-user_context";
  if (!checked) {
    text += "-no_asserts-no_bounds_query";
  }
  return ::Halide::Target(text);
}

CompiledKernel compile(const plan::Plan &plan, const Target &target,
                       const Options &options) {
  Translation translation(plan);
  applySchedule(translation);
  ::Halide::Pipeline pipeline(translation.results());
  ::Halide::Module module = pipeline.compile_to_module(
      translation.arguments(), plan.name, halideTarget(target, options.checked),
      ::Halide::LinkageType::External);
  renameTasks(module, plan.name);
  CompiledKernel result;
  result.symbol = plan.name;
  if (options.wantStatement) {
    std::ostringstream text;
    text << module;
    result.statement = text.str();
  }
  if (options.wantObject) {
    MemoryFile file;
    module.compile({{::Halide::OutputFileType::object, file.path()}});
    result.object = file.read();
  }
  return result;
}

} // namespace

Result compileKernel(const plan::Plan &plan, const Target &target,
                     const Options &options) {
  for (const plan::Stage &stage : plan.stages) {
    if (stage.writes.size() != 1) {
      return Error{"kernel '" + plan.name + "': stage '" + stage.name +
                   "' writes " + std::to_string(stage.writes.size()) +
                   " values, but one is wanted"};
    }
  }
  installReporter();
  try {
    return compile(plan, target, options);
  } catch (const ::Halide::Error &error) {
    return Error{"kernel '" + plan.name + "': " + error.what()};
  } catch (const std::exception &error) {
    return Error{"kernel '" + plan.name + "': " + error.what()};
  }
}

} // namespace kregc::halide
