// Changes of bytes and of archives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Mutator.h"

#include "frontends/Container/Hdf5.h"
#include "frontends/Container/Zip.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/Endian.h"

using namespace kregc;
using namespace kregc::fuzz;

/// Numbers that readers get wrong.
static constexpr uint64_t awkward[] = {
    0,          1,          2,         0x7f,       0x80,
    0xff,       0x100,      0x7fff,    0x8000,     0xffff,
    0x10000,    0x7fffffff, 1 << 30,   0x80000000, 0xfffffffe,
    0xffffffff, 1ULL << 40, INT64_MAX, 1ULL << 63, UINT64_MAX};

std::string Mutator::mutateBytes(llvm::StringRef bytes) {
  std::string out = bytes.str();
  for (uint64_t left = 1 + below(4); left > 0 && !out.empty(); --left) {
    size_t at = below(out.size());
    switch (below(6)) {
    case 0:
      out[at] ^= static_cast<char>(1 << below(8));
      break;
    case 1:
      out[at] = static_cast<char>(below(256));
      break;
    case 2: { // a number of 1, 2, 4 or 8 bytes
      size_t width = size_t(1) << below(4);
      char raw[8];
      llvm::support::endian::write64le(raw, awkward[below(std::size(awkward))]);
      for (size_t i = 0; i < width && at + i < out.size(); ++i) {
        out[at + i] = raw[i];
      }
      break;
    }
    case 3:
      out.resize(at);
      break;
    case 4: { // a piece from elsewhere
      size_t size = std::min<size_t>(1 + below(64), out.size() - at);
      out.insert(below(out.size()), out.substr(at, size));
      break;
    }
    case 5:
      out.erase(at, 1 + below(16));
      break;
    }
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Archives
//===----------------------------------------------------------------------===//

namespace {
/// An entry, with what its headers say.
struct Member {
  std::string name, data;
  uint16_t method = 0, flags = 0;
  uint32_t crc = 0, size = 0, packed = 0;
};
} // namespace

static void put16(std::string &out, uint64_t value) {
  char raw[2];
  llvm::support::endian::write16le(raw, static_cast<uint16_t>(value));
  out.append(raw, 2);
}
static void put32(std::string &out, uint64_t value) {
  char raw[4];
  llvm::support::endian::write32le(raw, static_cast<uint32_t>(value));
  out.append(raw, 4);
}

/// What local and central headers have in common.
static void putHeader(std::string &out, const Member &member) {
  put16(out, 20);
  put16(out, member.flags);
  put16(out, member.method);
  put32(out, (uint32_t(1 << 5) | 1) << 16); // 1980-01-01, 00:00
  put32(out, member.crc);
  put32(out, member.packed);
  put32(out, member.size);
  put16(out, member.name.size());
  put16(out, 0);
}

/// A zip archive that says what it is told to, true or not.
static std::string writeArchive(const std::vector<Member> &members) {
  std::string out, directory;
  for (const Member &member : members) {
    directory += std::string("PK\1\2\24\0", 6);
    putHeader(directory, member);
    directory += std::string(10, '\0');
    put32(directory, out.size());
    directory += member.name;
    out += "PK\3\4";
    putHeader(out, member);
    out += member.name + member.data;
  }
  size_t start = out.size();
  out += directory + "PK\5\6" + std::string(4, '\0');
  put16(out, members.size());
  put16(out, members.size());
  put32(out, directory.size());
  put32(out, start);
  put16(out, 0);
  return out;
}

std::string Mutator::mutateZip(llvm::StringRef bytes) {
  auto archive = ZipReader::open(bytes, "corpus");
  if (!archive) {
    llvm::consumeError(archive.takeError());
    return mutateBytes(bytes);
  }
  std::vector<Member> members;
  for (const std::string &name : archive->names()) {
    auto data = archive->read(name);
    if (!data) {
      llvm::consumeError(data.takeError());
      return mutateBytes(bytes);
    }
    Member &member = members.emplace_back();
    member.name = name;
    member.data = data->text().str();
  }
  Member &chosen = members[below(members.size())];
  bool inside = chance(85);
  if (inside) {
    llvm::StringRef data = chosen.data;
    chosen.data = looksLikeHdf5(data)             ? mutateHdf5(data)
                  : data.starts_with("PK")        ? mutateZip(data)
                  : data.starts_with("\x93NUMPY") ? mutateBytes(data)
                                                  : mutateJson(data);
  }
  for (Member &member : members) {
    member.crc = llvm::crc32(llvm::arrayRefFromStringRef(member.data));
    member.size = member.packed = static_cast<uint32_t>(member.data.size());
  }
  if (!inside) {
    uint64_t number = awkward[below(std::size(awkward))];
    switch (below(8)) {
    case 0:
      chosen.name = mutateBytes(chosen.name);
      break;
    case 1:
      chosen.method = static_cast<uint16_t>(number);
      break;
    case 2:
      chosen.flags = static_cast<uint16_t>(number);
      break;
    case 3:
      chosen.crc ^= 1;
      break;
    case 4:
      chosen.size = static_cast<uint32_t>(number);
      break;
    case 5:
      chosen.packed = static_cast<uint32_t>(number);
      break;
    case 6:
      members.push_back(chosen);
      break;
    case 7:
      members.erase(members.begin() + (&chosen - members.data()));
      break;
    }
  }
  std::string out = writeArchive(members);
  return chance(5) ? mutateBytes(out) : out;
}

std::string Mutator::mutate(llvm::StringRef file) {
  if (chance(10)) {
    return mutateBytes(file);
  }
  if (file.starts_with("PK")) {
    return mutateZip(file);
  }
  return looksLikeHdf5(file) ? mutateHdf5(file) : mutateJson(file);
}
