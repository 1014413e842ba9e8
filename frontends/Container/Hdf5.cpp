// The parent's side of HDF5: questions are answered from the tree that the
// child sent; nothing in the tree is believed without a look at the bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Hdf5.h"

#include "frontends/Container/Confinement.h"
#include "frontends/Container/Hdf5Library.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Compiler.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace kregc;

/// What the child may send about one file.
static constexpr uint64_t maxAnswer = uint64_t(512) << 20;

bool kregc::looksLikeHdf5(llvm::StringRef bytes) {
  return bytes.starts_with("\x89HDF\r\n\x1a\n");
}

Hdf5File::Hdf5File(llvm::StringRef bytes, llvm::StringRef file, Hdf5Node root,
                   std::unique_ptr<ConfinedProcess> library)
    : bytes(bytes), name(file.str()), root(std::move(root)),
      library(std::move(library)) {}

Hdf5File::Hdf5File(Hdf5File &&other) noexcept = default;
Hdf5File::~Hdf5File() = default;

llvm::Expected<Hdf5File> Hdf5File::open(llvm::StringRef bytes,
                                        llvm::StringRef file) {
  if (!looksLikeHdf5(bytes)) {
    return diagnose(Diagnostic::Hdf5Unreadable, file,
                    "it does not begin with HDF5's signature");
  }
  // A small file has no reason to keep a processor busy.
  ConfinementLimits limits;
  limits.cpuSeconds = static_cast<unsigned>(1 + (bytes.size() >> 25));
#if LLVM_ADDRESS_SANITIZER_BUILD
  limits.cpuSeconds *= 5;
#endif
  auto library = ConfinedProcess::start(
      limits, [&](Channel channel) { serveHdf5(bytes, channel); });
  if (!library) {
    return diagnose(Diagnostic::Hdf5Child, file, "could not be started");
  }
  std::optional<std::string> answer = library->channel().receive(maxAnswer);
  if (!answer) {
    return diagnose(Diagnostic::Hdf5Child, file, library->end());
  }
  auto root = decodeAnswer(*answer, file);
  if (!root) {
    return root.takeError();
  }
  return Hdf5File(bytes, file, std::move(*root), std::move(library));
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

/// What a message calls a link that is not followed; null for other things.
static const char *linkName(Hdf5Kind kind) {
  switch (kind) {
  case Hdf5Kind::Soft:
    return "a soft link";
  case Hdf5Kind::External:
    return "a link to another file";
  case Hdf5Kind::UserDefined:
    return "a user-defined link";
  case Hdf5Kind::Cycle:
    return "a group that it is itself in";
  case Hdf5Kind::Group:
  case Hdf5Kind::Dataset:
  case Hdf5Kind::Other:
    return nullptr;
  }
  return nullptr;
}

llvm::Expected<const Hdf5Node *> Hdf5File::find(llvm::StringRef path) const {
  llvm::SmallVector<llvm::StringRef> parts;
  path.split(parts, '/', -1, /*KeepEmpty=*/false);
  const Hdf5Node *node = &root;
  for (llvm::StringRef part : parts) {
    // HDF5 lists names in the order of their bytes, but the child may not.
    auto less = [](const Hdf5Node &member, llvm::StringRef name) {
      return llvm::StringRef(member.name) < name;
    };
    auto place = llvm::lower_bound(node->members, part, less);
    if (place == node->members.end() || place->name != part) {
      return nullptr;
    }
    node = &*place;
    if (const char *kind = linkName(node->kind)) {
      return diagnose(Diagnostic::Hdf5Link, name,
                      path.take_front(part.end() - path.begin()), kind);
    }
  }
  return node;
}

llvm::Expected<bool> Hdf5File::exists(llvm::StringRef path) const {
  auto node = find(path);
  if (!node) {
    return node.takeError();
  }
  return *node != nullptr;
}

llvm::Expected<const Hdf5Node *> Hdf5File::get(llvm::StringRef path) const {
  auto node = find(path);
  if (node && !*node) {
    return diagnose(Diagnostic::Hdf5Missing, name, path);
  }
  return node;
}

llvm::Expected<std::vector<std::string>>
Hdf5File::members(llvm::StringRef path) const {
  auto node = get(path);
  if (!node) {
    return node.takeError();
  }
  if ((*node)->kind != Hdf5Kind::Group) {
    return diagnose(Diagnostic::Hdf5NotGroup, name, path);
  }
  std::vector<std::string> names;
  for (const Hdf5Node &member : (*node)->members) {
    names.push_back(member.name);
  }
  return names;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

llvm::Expected<bool> Hdf5File::list(llvm::StringRef path,
                                    llvm::StringRef attribute,
                                    std::vector<std::string> &out) const {
  auto node = get(path);
  if (!node) {
    return node.takeError();
  }
  auto found =
      llvm::find_if((*node)->attributes, [&](const Hdf5Attribute &candidate) {
        return candidate.name == attribute;
      });
  if (found == (*node)->attributes.end()) {
    return false;
  }
  if (!found->isText) {
    return diagnose(Diagnostic::Hdf5Attribute, name, attribute, path);
  }
  out.insert(out.end(), found->texts.begin(), found->texts.end());
  return true;
}

llvm::Expected<std::optional<std::string>>
Hdf5File::text(llvm::StringRef object, llvm::StringRef attribute) const {
  std::vector<std::string> texts;
  auto found = list(object, attribute, texts);
  if (!found) {
    return found.takeError();
  }
  if (!*found) {
    return std::nullopt;
  }
  if (texts.size() != 1) {
    return diagnose(Diagnostic::Hdf5Attribute, name, attribute, object);
  }
  return std::move(texts.front());
}

llvm::Expected<std::optional<std::vector<std::string>>>
Hdf5File::textList(llvm::StringRef object, llvm::StringRef attribute) const {
  std::vector<std::string> texts;
  auto found = list(object, attribute, texts);
  if (!found) {
    return found.takeError();
  }
  bool any = *found;
  for (unsigned part = 0; !*found || part > 0; ++part) {
    auto next = list(object, (attribute + llvm::Twine(part)).str(), texts);
    if (!next) {
      return next.takeError();
    }
    if (!*next) {
      break;
    }
    any = true;
  }
  if (!any) {
    return std::nullopt;
  }
  return std::move(texts);
}

//===----------------------------------------------------------------------===//
// Datasets
//===----------------------------------------------------------------------===//

llvm::Expected<const Hdf5Node *>
Hdf5File::getDataset(llvm::StringRef path) const {
  auto node = get(path);
  if (node && (*node)->kind != Hdf5Kind::Dataset) {
    return diagnose(Diagnostic::Hdf5NotDataset, name, path);
  }
  return node;
}

llvm::Expected<const Hdf5Node *>
Hdf5File::getNumbers(llvm::StringRef path) const {
  auto node = getDataset(path);
  if (!node) {
    return node.takeError();
  }
  if (const auto &failure = (*node)->failure) {
    return llvm::make_error<InputError>(failure->id, name, failure->message);
  }
  std::vector<std::string> dtype;
  if ((*node)->element == Hdf5Element::BFloat16) {
    auto named = list(path, "dtype", dtype);
    if (!named || !*named || dtype != std::vector<std::string>{"bfloat16"} ||
        !(*node)->offset) {
      llvm::consumeError(named.takeError());
      return diagnose(Diagnostic::Hdf5UnsupportedType, name, path,
                      "16-bit values of an unknown kind");
    }
  }
  return node;
}

llvm::Expected<std::vector<int64_t>>
Hdf5File::shape(llvm::StringRef path) const {
  auto node = getDataset(path);
  if (!node) {
    return node.takeError();
  }
  const auto &failure = (*node)->failure;
  // Other failures are those of the numbers.
  if (failure && (failure->id == Diagnostic::Hdf5Read ||
                  failure->id == Diagnostic::Hdf5Rank)) {
    return llvm::make_error<InputError>(failure->id, name, failure->message);
  }
  return (*node)->shape;
}

llvm::Error Hdf5File::checkNumbers(llvm::StringRef path) const {
  return getNumbers(path).takeError();
}

/// Asks the child for numbers that are not in the bytes as they are.
llvm::Error Hdf5File::convert(llvm::StringRef path,
                              std::vector<float> &out) const {
  const Channel &channel = library->channel();
  char reply;
  if (!channel.send(path) || !channel.receiveInto(&reply, 1)) {
    return diagnose(Diagnostic::Hdf5Child, name, library->end());
  }
  if (reply == static_cast<char>(Hdf5Reply::Failure)) {
    auto text = channel.receive(maxAnswer);
    if (!text) {
      return diagnose(Diagnostic::Hdf5Child, name, library->end());
    }
    auto tree = decodeAnswer(*text, name);
    return tree ? diagnose(Diagnostic::Hdf5Child, name,
                           "gave a senseless answer")
                : tree.takeError();
  }
  if (!channel.receiveInto(out.data(), out.size() * sizeof(float))) {
    return diagnose(Diagnostic::Hdf5Child, name, library->end());
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<float>>
Hdf5File::floats(llvm::StringRef path) const {
  auto found = getNumbers(path);
  if (!found) {
    return found.takeError();
  }
  const Hdf5Node &node = **found;
  // At most what a filter of the library could make of these bytes.
  uint64_t count = 1, limit = llvm::SaturatingMultiply<uint64_t>(
                          bytes.size(), uint64_t(1) << 10);
  for (int64_t extent : node.shape) {
    count = llvm::SaturatingMultiply<uint64_t>(count, extent);
  }
  uint64_t size = node.element == Hdf5Element::BFloat16 ? 2 : sizeof(float);
  bool inPlace = node.offset && node.element != Hdf5Element::Converted;
  uint64_t room = !inPlace ? limit / size
                  : *node.offset > bytes.size()
                      ? 0
                      : (bytes.size() - *node.offset) / size;
  if (count > room) {
    return diagnose(Diagnostic::Hdf5TooLarge, name, path, count * size,
                    room * size);
  }
  std::vector<float> values(count);
  if (!inPlace) {
    if (llvm::Error error = convert(path, values)) {
      return std::move(error);
    }
    return values;
  }
  const char *raw = bytes.data() + *node.offset;
  if (node.element == Hdf5Element::Float32 &&
      llvm::endianness::native == llvm::endianness::little) {
    std::memcpy(values.data(), raw, count * sizeof(float));
    return values;
  }
  for (auto [i, value] : llvm::enumerate(values)) {
    uint32_t bits = node.element == Hdf5Element::BFloat16
                        ? uint32_t(llvm::support::endian::read16le(raw + 2 * i))
                              << 16
                        : llvm::support::endian::read32le(raw + 4 * i);
    std::memcpy(&value, &bits, sizeof(value));
  }
  return values;
}
