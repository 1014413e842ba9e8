// Trees as bytes: 64-bit little-endian numbers, texts with their length in
// front, lists with their count in front.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Hdf5Tree.h"

#include "llvm/Support/Endian.h"

using namespace kregc;

namespace {

class Writer {
public:
  void number(uint64_t value) {
    char raw[8];
    llvm::support::endian::write64le(raw, value);
    bytes.append(raw, sizeof(raw));
  }
  void text(llvm::StringRef value) {
    number(value.size());
    bytes.append(value.data(), value.size());
  }
  void failure(const Hdf5Failure &failure) {
    number(static_cast<uint64_t>(failure.id));
    text(failure.message);
  }
  void node(const Hdf5Node &node);

  std::string bytes;
};

/// Takes values off the front of bytes; once something is wrong, it stays so
/// and every further value is empty.
class Reader {
public:
  explicit Reader(llvm::StringRef rest) : rest(rest) {}

  uint64_t number(uint64_t limit);
  std::string text();
  Hdf5Failure failure();
  Hdf5Node node(size_t depth);

  bool good() const { return !bad; }
  bool atEnd() const { return rest.empty(); }

private:
  /// A count of things of which each takes eight bytes or more.
  size_t count() { return number(rest.size() / 8); }

  llvm::StringRef rest;
  size_t nodes = 0;
  bool bad = false;
};

} // namespace

void Writer::node(const Hdf5Node &node) {
  text(node.name);
  number(static_cast<uint64_t>(node.kind));
  number(node.attributes.size());
  for (const Hdf5Attribute &attribute : node.attributes) {
    text(attribute.name);
    number(attribute.isText);
    number(attribute.texts.size());
    for (const std::string &value : attribute.texts) {
      text(value);
    }
  }
  if (node.kind == Hdf5Kind::Dataset) {
    number(node.shape.size());
    for (int64_t extent : node.shape) {
      number(extent);
    }
    number(static_cast<uint64_t>(node.element));
    number(node.offset.has_value());
    number(node.offset.value_or(0));
    number(node.failure.has_value());
    if (node.failure) {
      failure(*node.failure);
    }
  }
  if (node.kind == Hdf5Kind::Group) {
    number(node.members.size());
    for (const Hdf5Node &member : node.members) {
      this->node(member);
    }
  }
}

uint64_t Reader::number(uint64_t limit) {
  if (bad || rest.size() < 8) {
    bad = true;
    return 0;
  }
  uint64_t value = llvm::support::endian::read64le(rest.data());
  rest = rest.drop_front(8);
  bad = value > limit;
  return bad ? 0 : value;
}

std::string Reader::text() {
  uint64_t size = number(UINT64_MAX);
  if (size > rest.size()) {
    bad = true;
    return {};
  }
  std::string value = rest.take_front(size).str();
  rest = rest.drop_front(size);
  return value;
}

Hdf5Failure Reader::failure() {
  Hdf5Failure failure;
  failure.id = static_cast<Diagnostic>(number(numDiagnostics() - 1));
  failure.message = text();
  return failure;
}

Hdf5Node Reader::node(size_t depth) {
  Hdf5Node node;
  if (depth > maxHdf5Depth || ++nodes > maxHdf5Nodes) {
    bad = true;
    return node;
  }
  node.name = text();
  // The root has no name; a member without one would be its own group.
  bad |= node.name.empty() != (depth == 0);
  node.kind =
      static_cast<Hdf5Kind>(number(static_cast<uint64_t>(Hdf5Kind::Other)));
  for (size_t left = count(); left > 0 && good(); --left) {
    Hdf5Attribute attribute;
    attribute.name = text();
    attribute.isText = number(1);
    for (size_t texts = count(); texts > 0 && good(); --texts) {
      attribute.texts.push_back(text());
    }
    node.attributes.push_back(std::move(attribute));
  }
  if (node.kind == Hdf5Kind::Dataset) {
    for (size_t rank = number(maxHdf5Rank); rank > 0; --rank) {
      node.shape.push_back(static_cast<int64_t>(number(INT64_MAX)));
    }
    node.element = static_cast<Hdf5Element>(
        number(static_cast<uint64_t>(Hdf5Element::Converted)));
    bool hasOffset = number(1);
    uint64_t offset = number(INT64_MAX);
    if (hasOffset) {
      node.offset = offset;
    }
    if (number(1)) {
      node.failure = failure();
    }
  }
  if (node.kind == Hdf5Kind::Group) {
    for (size_t left = count(); left > 0 && good(); --left) {
      node.members.push_back(this->node(depth + 1));
    }
  }
  return node;
}

std::string kregc::encodeTree(const Hdf5Node &root) {
  Writer writer;
  writer.number(1);
  writer.node(root);
  return std::move(writer.bytes);
}

std::string kregc::encodeFailure(const Hdf5Failure &failure) {
  Writer writer;
  writer.number(0);
  writer.failure(failure);
  return std::move(writer.bytes);
}

llvm::Expected<Hdf5Node> kregc::decodeAnswer(llvm::StringRef bytes,
                                             llvm::StringRef file) {
  Reader reader(bytes);
  bool isTree = reader.number(1);
  Hdf5Failure failure;
  Hdf5Node root;
  if (isTree) {
    root = reader.node(0);
  } else {
    failure = reader.failure();
  }
  if (!reader.good() || !reader.atEnd()) {
    return diagnose(Diagnostic::Hdf5Child, file, "gave a senseless answer");
  }
  if (!isTree) {
    return llvm::make_error<InputError>(failure.id, file.str(),
                                        std::move(failure.message));
  }
  return root;
}
