// Gives the symbols of kernels the model's prefix, so that two libraries link
// into one program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Objects.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/ObjCopy/ConfigManager.h"
#include "llvm/ObjCopy/ObjCopy.h"
#include "llvm/Object/ObjectFile.h"

#include <map>

using namespace llvm;

namespace kregc::emit {

Expected<std::vector<char>> prefixSymbols(const KernelObject &kernel,
                                          StringRef name,
                                          std::set<std::string> &needed) {
  MemoryBufferRef buffer(StringRef(kernel.object.data(), kernel.object.size()),
                         kernel.symbol);
  auto file = object::ObjectFile::createObjectFile(buffer);
  if (!file) {
    return file.takeError();
  }
  // Names that outlive the configuration, which only refers to them.
  std::map<std::string, std::string> renamed;
  std::set<std::string> defined;
  for (const object::SymbolRef &symbol : (*file)->symbols()) {
    Expected<StringRef> symbolName = symbol.getName();
    Expected<uint32_t> flags = symbol.getFlags();
    if (!symbolName || !flags) {
      return symbolName ? flags.takeError() : symbolName.takeError();
    }
    if (!(*flags & object::SymbolRef::SF_Global)) {
      continue;
    }
    bool isUndefined = *flags & object::SymbolRef::SF_Undefined;
    if (isUndefined && !symbolName->starts_with("halide_")) {
      continue; // the C library's
    }
    renamed[symbolName->str()] = (name + "__" + *symbolName).str();
    (isUndefined ? needed : defined).insert(symbolName->str());
  }
  if (!defined.count(kernel.symbol)) {
    return createStringError(inconvertibleErrorCode(),
                             "internal: the object of kernel '" +
                                 kernel.symbol + "' does not define it");
  }
  objcopy::ConfigManager config;
  objcopy::NameMatcher visible;
  for (const auto &[before, after] : renamed) {
    config.Common.SymbolsToRename.insert({before, after});
    if (!defined.count(before)) {
      continue;
    }
    for (StringRef either : {StringRef(before), StringRef(after)}) {
      if (Error error = visible.addMatcher(objcopy::NameOrPattern::create(
              either, objcopy::MatchStyle::Literal,
              [](Error error) { return error; }))) {
        return std::move(error);
      }
    }
  }
  config.ELF.SymbolsToSetVisibility.push_back({visible, ELF::STV_HIDDEN});
  SmallVector<char, 0> object;
  raw_svector_ostream stream(object);
  if (Error error = objcopy::executeObjcopyOnBinary(config, **file, stream)) {
    return std::move(error);
  }
  return std::vector<char>(object.begin(), object.end());
}

} // namespace kregc::emit
