// Runs libhdf5 on a file in memory. What it is given may crash it: it runs in a
// child process, and nothing here is trusted by the parent.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Hdf5Library.h"

#include "frontends/Container/Confinement.h"
#include "frontends/Container/Hdf5Handle.h"
#include "frontends/Container/Hdf5Tree.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <hdf5.h>

using namespace kregc;

static constexpr size_t maxName = 4096;
static constexpr uint64_t maxTexts = uint64_t(64)
                                     << 20; ///< bytes, all together
/// Bound on the growth by deflate, the only filter that expands that much.
static constexpr uint64_t maxExpansion = 1032;
/// Numbers that are converted at a time, where chunks are not larger.
static constexpr uint64_t slice = uint64_t(1) << 20;

template <typename... Arguments>
static Hdf5Failure failure(Diagnostic id, Arguments &&...arguments) {
  return {
      id,
      llvm::formatv(textOf(id), std::forward<Arguments>(arguments)...).str()};
}

/// The innermost message on HDF5's error stack.
static std::string lastError() {
  std::string text = "HDF5 gives no reason";
  auto take = [](unsigned depth, const H5E_error2_t *error,
                 void *out) -> herr_t {
    if (depth == 0 && error->desc) {
      *static_cast<std::string *>(out) = error->desc;
    }
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &text);
  H5Eclear2(H5E_DEFAULT);
  return text;
}

//===----------------------------------------------------------------------===//
// A file in memory
//===----------------------------------------------------------------------===//

namespace {
/// The bytes that HDF5's core driver works on. It would copy them twice; these
/// callbacks hand out the caller's own memory instead, which is only read.
struct Image {
  void *bytes;

  static void *allocate(size_t, H5FD_file_image_op_t, void *udata) {
    return static_cast<Image *>(udata)->bytes;
  }
  static void *copy(void *to, const void *from, size_t, H5FD_file_image_op_t,
                    void *) {
    return to == from ? to : nullptr;
  }
  static void *resize(void *, size_t, H5FD_file_image_op_t, void *) {
    return nullptr;
  }
  static herr_t release(void *, H5FD_file_image_op_t, void *) { return 0; }
  static void *copyUserData(void *udata) { return udata; }
  static herr_t freeUserData(void *) { return 0; }
};
} // namespace

/// Opens the file in `bytes`; negative if HDF5 does not, and `problem` says
/// why.
static hid_t openImage(llvm::StringRef bytes, Image &image,
                       std::string &problem) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  // A file may name a filter that HDF5 would load as a shared library.
  H5PLset_loading_state(0);
  image.bytes = const_cast<char *>(bytes.data());
  H5FD_file_image_callbacks_t callbacks = {
      Image::allocate,     Image::copy,         Image::resize, Image::release,
      Image::copyUserData, Image::freeUserData, &image};
  Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
  if (!access.ok() || H5Pset_fapl_core(access, 1 << 16, false) < 0 ||
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
      H5Pset_file_image_callbacks(access, &callbacks) < 0 ||
      H5Pset_file_image(access, image.bytes, bytes.size()) < 0) {
    problem = lastError();
    return -1;
  }
  // A relative name would be completed with the current folder.
  hid_t file = H5Fopen("/kregc-image", H5F_ACC_RDONLY, access);
  if (file < 0) {
    problem = lastError(); // closing `access` clears it
  }
  return file;
}

//===----------------------------------------------------------------------===//
// The tree
//===----------------------------------------------------------------------===//

namespace {
/// Lists a file. The first thing that ends the listing is in `problem`.
class Lister {
public:
  explicit Lister(uint64_t fileSize) : fileSize(fileSize) {}
  bool list(hid_t object, const std::string &path, Hdf5Node &node);

  Hdf5Failure problem;

private:
  bool stop(Hdf5Failure failure) {
    problem = std::move(failure);
    return false;
  }
  bool tooMuch() {
    return stop(failure(Diagnostic::Hdf5TooManyObjects, maxHdf5Nodes,
                        maxHdf5Depth, maxTexts));
  }
  bool listMembers(hid_t group, const std::string &path, Hdf5Node &node);
  bool listAttributes(hid_t object, Hdf5Node &node);
  bool readTexts(hid_t attribute, Hdf5Attribute &out);
  void describe(hid_t dataset, const std::string &path, Hdf5Node &node);

  uint64_t fileSize;
  uint64_t texts = 0;
  size_t nodes = 0;
  llvm::SmallVector<haddr_t> above; ///< the groups that this one is in
};
} // namespace

bool Lister::list(hid_t object, const std::string &path, Hdf5Node &node) {
  if (++nodes > maxHdf5Nodes || above.size() > maxHdf5Depth) {
    return tooMuch();
  }
  H5O_info_t info;
  if (object < 0 || H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) {
    node.kind = Hdf5Kind::Other;
    H5Eclear2(H5E_DEFAULT);
    return true;
  }
  if (info.type == H5O_TYPE_DATASET) {
    node.kind = Hdf5Kind::Dataset;
    describe(object, path, node);
    return listAttributes(object, node);
  }
  if (info.type != H5O_TYPE_GROUP) {
    node.kind = Hdf5Kind::Other;
    return true;
  }
  for (haddr_t address : above) {
    if (address == info.addr) {
      node.kind = Hdf5Kind::Cycle;
      return true;
    }
  }
  node.kind = Hdf5Kind::Group;
  above.push_back(info.addr);
  bool done = listAttributes(object, node) && listMembers(object, path, node);
  above.pop_back();
  return done;
}

bool Lister::listMembers(hid_t group, const std::string &path, Hdf5Node &node) {
  H5G_info_t info;
  if (H5Gget_info(group, &info) < 0) {
    return stop(failure(Diagnostic::Hdf5Read, path, lastError()));
  }
  if (info.nlinks > maxHdf5Nodes) {
    return tooMuch();
  }
  auto add = [](hid_t, const char *name, const H5L_info_t *link,
                void *out) -> herr_t {
    Hdf5Node member;
    member.name = name;
    member.kind = link->type == H5L_TYPE_HARD       ? Hdf5Kind::Other
                  : link->type == H5L_TYPE_SOFT     ? Hdf5Kind::Soft
                  : link->type == H5L_TYPE_EXTERNAL ? Hdf5Kind::External
                                                    : Hdf5Kind::UserDefined;
    static_cast<std::vector<Hdf5Node> *>(out)->push_back(std::move(member));
    return 0;
  };
  if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add,
                 &node.members) < 0) {
    return stop(failure(Diagnostic::Hdf5Read, path, lastError()));
  }
  for (Hdf5Node &member : node.members) {
    if (member.name.size() > maxName) {
      return stop(
          failure(Diagnostic::Hdf5Name, path, member.name.size(), maxName));
    }
    if (member.kind == Hdf5Kind::Other) {
      Hdf5Handle object(H5Oopen(group, member.name.c_str(), H5P_DEFAULT));
      std::string inner = path.empty() ? member.name : path + "/" + member.name;
      if (!list(object, inner, member)) {
        return false;
      }
    }
  }
  return true;
}

/// Reads the `count` texts of an attribute whose type is a variable-length one.
static bool readVariable(hid_t attribute, hid_t space, size_t count,
                         std::vector<std::string> &out) {
  Hdf5Handle type(H5Tcopy(H5T_C_S1));
  Hdf5Handle stored(H5Aget_type(attribute));
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5Tget_cset(stored));
  std::vector<char *> texts(count, nullptr);
  void *memory = static_cast<void *>(texts.data());
  if (H5Aread(attribute, type, memory) < 0) {
    return false;
  }
  for (const char *text : texts) {
    out.push_back(text ? text : "");
  }
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, memory);
  return true;
}

/// The same for texts of a fixed length, padded with zeros.
static bool readFixed(hid_t attribute, hid_t type, size_t count,
                      std::vector<std::string> &out) {
  size_t size = H5Tget_size(type);
  uint64_t total = llvm::SaturatingMultiply<uint64_t>(size, count);
  if (size == 0 || total > maxTexts) {
    return false;
  }
  std::vector<char> bytes(total);
  if (H5Aread(attribute, type, bytes.data()) < 0) {
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    llvm::StringRef text(bytes.data() + i * size, size);
    out.push_back(text.take_until([](char c) { return c == '\0'; }).str());
  }
  return true;
}

/// Fills in the texts of an attribute; without any it is not text.
bool Lister::readTexts(hid_t attribute, Hdf5Attribute &out) {
  Hdf5Handle type(H5Aget_type(attribute));
  Hdf5Handle space(H5Aget_space(attribute));
  hssize_t count = space.ok() ? H5Sget_simple_extent_npoints(space) : -1;
  if (count == 0) { // an empty list of NumPy is one of float64
    out.isText = true;
    return true;
  }
  if (count < 0 || static_cast<size_t>(count) > maxHdf5Nodes || !type.ok() ||
      H5Tget_class(type) != H5T_STRING) {
    return true;
  }
  out.isText = H5Tis_variable_str(type) > 0
                   ? readVariable(attribute, space, count, out.texts)
                   : readFixed(attribute, type, count, out.texts);
  for (const std::string &text : out.texts) {
    texts += text.size() + sizeof(std::string);
  }
  return texts <= maxTexts;
}

bool Lister::listAttributes(hid_t object, Hdf5Node &node) {
  auto add = [](hid_t, const char *name, const H5A_info_t *,
                void *out) -> herr_t {
    static_cast<std::vector<std::string> *>(out)->push_back(name);
    return 0;
  };
  std::vector<std::string> names;
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names) <
      0) {
    return stop(failure(Diagnostic::Hdf5Read, node.name, lastError()));
  }
  for (std::string &name : names) {
    Hdf5Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT));
    Hdf5Attribute &out = node.attributes.emplace_back();
    texts += name.size() + sizeof(Hdf5Attribute);
    out.name = std::move(name);
    if (texts > maxTexts || (attribute.ok() && !readTexts(attribute, out))) {
      return tooMuch();
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return true;
}

//===----------------------------------------------------------------------===//
// Datasets
//===----------------------------------------------------------------------===//

/// Fills in how numbers of the type become float32, or why they do not.
static void describeType(hid_t type, const std::string &path, Hdf5Node &node) {
  size_t bits = H5Tget_size(type) * 8;
  auto unsupported = [&](const std::string &what) {
    node.failure = failure(Diagnostic::Hdf5UnsupportedType, path, what);
  };
  switch (H5Tget_class(type)) {
  case H5T_FLOAT:
    if (H5Tequal(type, H5T_IEEE_F32LE) > 0) {
      node.element = Hdf5Element::Float32;
    } else if (bits != 16 && bits != 32 && bits != 64) {
      unsupported("float" + std::to_string(bits));
    }
    return;
  case H5T_INTEGER:
    return unsupported("int" + std::to_string(bits));
  case H5T_OPAQUE:
    // Keras writes bfloat16 so, and says it in an attribute.
    if (bits == 16) {
      node.element = Hdf5Element::BFloat16;
    } else {
      unsupported(std::to_string(bits) + "-bit values");
    }
    return;
  case H5T_STRING:
    node.failure = failure(Diagnostic::Hdf5Type, path, "text");
    return;
  default:
    node.failure =
        failure(Diagnostic::Hdf5Type, path, "values of another kind");
  }
}

/// Shape, type and place of a dataset. What it declares is compared with the
/// bytes that the file holds for it, so that few cannot ask for terabytes.
void Lister::describe(hid_t dataset, const std::string &path, Hdf5Node &node) {
  Hdf5Handle space(H5Dget_space(dataset));
  int rank = space.ok() ? H5Sget_simple_extent_ndims(space) : -1;
  if (rank < 0 || H5Sget_simple_extent_type(space) == H5S_NULL) {
    node.failure = failure(Diagnostic::Hdf5Read, path, "it has no shape");
    return;
  }
  if (static_cast<size_t>(rank) > maxHdf5Rank) {
    node.failure = failure(Diagnostic::Hdf5Rank, path, rank, maxHdf5Rank);
    return;
  }
  Hdf5Handle type(H5Dget_type(dataset));
  Hdf5Handle plist(H5Dget_create_plist(dataset));
  if (!type.ok() || !plist.ok()) {
    node.failure = failure(Diagnostic::Hdf5Read, path, lastError());
    return;
  }
  std::vector<hsize_t> extents(rank);
  H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  // HDF5's own product of the extents may wrap around.
  uint64_t declared = H5Tget_size(type);
  for (hsize_t extent : extents) {
    node.shape.push_back(
        static_cast<int64_t>(std::min<hsize_t>(extent, INT64_MAX)));
    declared = llvm::SaturatingMultiply<uint64_t>(declared, extent);
  }
  describeType(type, path, node);
  if (node.failure) {
    return;
  }
  H5D_layout_t layout = H5Pget_layout(plist);
  if (H5Pget_external_count(plist) > 0 ||
      (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS &&
       layout != H5D_CHUNKED)) {
    node.failure = failure(Diagnostic::Hdf5External, path);
    return;
  }
  uint64_t stored = std::min<uint64_t>(H5Dget_storage_size(dataset), fileSize);
  uint64_t bound = H5Pget_nfilters(plist) > 0 ? stored * maxExpansion : stored;
  if (declared > bound) {
    node.failure = failure(Diagnostic::Hdf5TooLarge, path, declared, stored);
    return;
  }
  haddr_t offset =
      layout == H5D_CONTIGUOUS ? H5Dget_offset(dataset) : HADDR_UNDEF;
  if (offset != HADDR_UNDEF && offset <= INT64_MAX) {
    node.offset = offset;
  }
}

/// Sends the numbers of a dataset in slices along its first dimension.
static bool sendNumbers(hid_t file, const std::string &path,
                        const Channel &channel) {
  auto fail = [&](const std::string &why) {
    char reply = static_cast<char>(Hdf5Reply::Failure);
    return channel.sendRaw(&reply, 1) && channel.send(encodeFailure(failure(
                                             Diagnostic::Hdf5Read, path, why)));
  };
  Hdf5Handle dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT));
  Hdf5Handle space(dataset.ok() ? H5Dget_space(dataset) : -1);
  Hdf5Handle plist(dataset.ok() ? H5Dget_create_plist(dataset) : -1);
  int rank = space.ok() ? H5Sget_simple_extent_ndims(space) : -1;
  if (rank < 0 || !plist.ok()) {
    return fail(lastError());
  }
  // A scalar is read like a vector of one number.
  std::vector<hsize_t> sizes(std::max(rank, 1), 1), chunk(sizes), start(sizes);
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  if (rank > 0 && H5Pget_layout(plist) == H5D_CHUNKED) {
    H5Pget_chunk(plist, rank, chunk.data());
  }
  uint64_t row = 1;
  for (hsize_t size : llvm::ArrayRef(sizes).drop_front()) {
    row *= size;
  }
  uint64_t rows =
      llvm::alignTo(std::max<uint64_t>(slice / std::max<uint64_t>(row, 1), 1),
                    std::max<uint64_t>(chunk[0], 1));
  char reply = static_cast<char>(Hdf5Reply::Numbers);
  bool begun = false;
  std::vector<float> values;
  for (uint64_t first = 0; row > 0 && first < sizes[0]; first += rows) {
    std::vector<hsize_t> count(sizes);
    count[0] = std::min<uint64_t>(rows, sizes[0] - first);
    std::fill(start.begin(), start.end(), 0);
    start[0] = first;
    Hdf5Handle memory(H5Screate_simple(count.size(), count.data(), nullptr));
    if (rank > 0) {
      H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr,
                          count.data(), nullptr);
    }
    values.resize(count[0] * row);
    if (H5Dread(dataset, H5T_NATIVE_FLOAT, rank > 0 ? memory.id : H5S_ALL,
                rank > 0 ? space.id : H5S_ALL, H5P_DEFAULT,
                values.data()) < 0) {
      // Behind numbers no message can follow: the parent sees an early end.
      return !begun && fail(lastError());
    }
    if ((!begun && !channel.sendRaw(&reply, 1)) ||
        !channel.sendRaw(values.data(), values.size() * sizeof(float))) {
      return false;
    }
    begun = true;
  }
  return begun || channel.sendRaw(&reply, 1);
}

void kregc::serveHdf5(llvm::StringRef bytes, const Channel &channel) {
  Image image;
  std::string problem;
  hid_t file = openImage(bytes, image, problem);
  Hdf5Node root;
  Lister lister(bytes.size());
  if (file < 0) {
    channel.send(encodeFailure(failure(Diagnostic::Hdf5Unreadable, problem)));
    return;
  }
  Hdf5Handle group(H5Oopen(file, "/", H5P_DEFAULT));
  if (!lister.list(group, "", root)) {
    channel.send(encodeFailure(lister.problem));
    return;
  }
  bool more = channel.send(encodeTree(root));
  while (more) {
    std::optional<std::string> path = channel.receive(uint64_t(1) << 24);
    more = path && sendNumbers(file, *path, channel);
  }
}
