// The HDF5 C library on bytes in memory, without a copy, without its messages
// on stderr, without plugins, and with every size checked first.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Hdf5.h"

#include "frontends/Container/Error.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

#include <atomic>
#include <hdf5.h>

using namespace kregc;

static_assert(sizeof(hid_t) == sizeof(int64_t), "HDF5 1.10 or later");

static constexpr uint64_t maxMembers = 1 << 20;
static constexpr size_t maxName = 4096;
static constexpr int maxRank = 16;
static constexpr uint64_t maxAttribute = uint64_t(256) << 20;
/// Bound on the growth by deflate, the only filter that expands that much.
static constexpr uint64_t maxExpansion = 1032;

namespace {
/// Closes an HDF5 identifier of any kind.
struct Handle {
  hid_t id;
  explicit Handle(hid_t id) : id(id) {}
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  ~Handle() {
    if (id >= 0) {
      H5Idec_ref(id);
    }
  }
  operator hid_t() const { return id; }
  bool ok() const { return id >= 0; }
};
} // namespace

bool kregc::looksLikeHdf5(llvm::StringRef bytes) {
  return bytes.starts_with("\x89HDF\r\n\x1a\n");
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

/// The bytes that HDF5's core driver works on. It would copy them twice; these
/// callbacks hand out the caller's own memory instead, which is only read.
struct Hdf5File::Image {
  void *bytes;
  size_t size;

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

Hdf5File::Hdf5File(std::unique_ptr<Image> image, int64_t id,
                   llvm::StringRef file)
    : image(std::move(image)), id(id), name(file.str()) {}

Hdf5File::Hdf5File(Hdf5File &&other)
    : image(std::move(other.image)), id(std::exchange(other.id, -1)),
      name(std::move(other.name)) {}

Hdf5File::~Hdf5File() {
  if (id >= 0) {
    H5Fclose(id);
  }
}

llvm::Expected<Hdf5File> Hdf5File::open(llvm::StringRef bytes,
                                        llvm::StringRef file) {
  if (!looksLikeHdf5(bytes)) {
    return diagnose(Diagnostic::Hdf5Unreadable, file,
                    "it does not begin with HDF5's signature");
  }
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  // A file may name a filter that HDF5 would load as a shared library.
  H5PLset_loading_state(0);
  auto image = std::make_unique<Image>();
  image->bytes = const_cast<char *>(bytes.data());
  image->size = bytes.size();
  H5FD_file_image_callbacks_t callbacks = {
      Image::allocate,     Image::copy,         Image::resize, Image::release,
      Image::copyUserData, Image::freeUserData, image.get()};
  Handle access(H5Pcreate(H5P_FILE_ACCESS));
  if (!access.ok() || H5Pset_fapl_core(access, 1 << 16, 0) < 0 ||
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
      H5Pset_file_image_callbacks(access, &callbacks) < 0 ||
      H5Pset_file_image(access, image->bytes, image->size) < 0) {
    return diagnose(Diagnostic::Hdf5Unreadable, file, lastError());
  }
  // Files of the same name would be taken for one file.
  static std::atomic<unsigned> counter{0};
  std::string unique = "kregc-image-" + std::to_string(counter++);
  hid_t id = H5Fopen(unique.c_str(), H5F_ACC_RDONLY, access);
  if (id < 0) {
    return diagnose(Diagnostic::Hdf5Unreadable, file, lastError());
  }
  return Hdf5File(std::move(image), id, file);
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

llvm::Expected<bool> Hdf5File::exists(llvm::StringRef path) const {
  llvm::SmallVector<llvm::StringRef> parts;
  path.split(parts, '/', -1, /*KeepEmpty=*/false);
  std::string prefix;
  for (llvm::StringRef part : parts) {
    if (part == "." || part.size() > maxName) {
      return false;
    }
    prefix += (prefix.empty() ? "" : "/") + part.str();
    htri_t there = H5Lexists(id, prefix.c_str(), H5P_DEFAULT);
    if (there <= 0) {
      // Negative too where a dataset stands in for a group.
      H5Eclear2(H5E_DEFAULT);
      return false;
    }
    H5L_info_t info;
    if (H5Lget_info(id, prefix.c_str(), &info, H5P_DEFAULT) < 0) {
      return diagnose(Diagnostic::Hdf5Read, name, prefix, lastError());
    }
    if (info.type != H5L_TYPE_HARD) {
      const char *kind = info.type == H5L_TYPE_EXTERNAL
                             ? "a link to another file"
                         : info.type == H5L_TYPE_SOFT ? "a soft link"
                                                      : "a user-defined link";
      return diagnose(Diagnostic::Hdf5Link, name, prefix, kind);
    }
  }
  return true;
}

llvm::Expected<int64_t> Hdf5File::openObject(llvm::StringRef path) const {
  auto there = exists(path);
  if (!there) {
    return there.takeError();
  }
  if (!*there) {
    return diagnose(Diagnostic::Hdf5Missing, name, path);
  }
  hid_t object =
      H5Oopen(id, path.empty() ? "/" : path.str().c_str(), H5P_DEFAULT);
  if (object < 0) {
    return diagnose(Diagnostic::Hdf5Read, name, path, lastError());
  }
  return object;
}

llvm::Expected<int64_t> Hdf5File::openDataset(llvm::StringRef path) const {
  auto object = openObject(path);
  if (object && H5Iget_type(*object) != H5I_DATASET) {
    Handle close(*object);
    return diagnose(Diagnostic::Hdf5NotDataset, name, path);
  }
  return object;
}

llvm::Expected<std::vector<std::string>>
Hdf5File::members(llvm::StringRef path) const {
  auto object = openObject(path);
  if (!object) {
    return object.takeError();
  }
  Handle group(*object);
  H5G_info_t info;
  if (H5Iget_type(group) != H5I_GROUP || H5Gget_info(group, &info) < 0) {
    return diagnose(Diagnostic::Hdf5NotGroup, name, path);
  }
  if (info.nlinks > maxMembers) {
    return diagnose(Diagnostic::Hdf5TooManyLinks, name, path, info.nlinks,
                    maxMembers);
  }
  std::vector<std::string> names;
  auto add = [](hid_t, const char *member, const H5L_info_t *,
                void *out) -> herr_t {
    static_cast<std::vector<std::string> *>(out)->push_back(member);
    return 0;
  };
  if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names) < 0) {
    return diagnose(Diagnostic::Hdf5Read, name, path, lastError());
  }
  return names;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// Reads the `count` texts of an attribute whose type is a variable-length one.
static bool readVariable(hid_t attribute, hid_t space, size_t count,
                         std::vector<std::string> &out) {
  Handle type(H5Tcopy(H5T_C_S1));
  Handle stored(H5Aget_type(attribute));
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5Tget_cset(stored));
  std::vector<char *> texts(count, nullptr);
  if (H5Aread(attribute, type, texts.data()) < 0) {
    return false;
  }
  for (const char *text : texts) {
    out.push_back(text ? text : "");
  }
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  return true;
}

/// The same for texts of a fixed length, padded with zeros.
static bool readFixed(hid_t attribute, hid_t type, size_t count,
                      std::vector<std::string> &out) {
  size_t size = H5Tget_size(type);
  uint64_t total = llvm::SaturatingMultiply<uint64_t>(size, count);
  if (size == 0 || total > maxAttribute) {
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

/// Appends the texts of the attribute to `out`; false if there is none.
llvm::Expected<bool> Hdf5File::list(llvm::StringRef path,
                                    llvm::StringRef attributeName,
                                    std::vector<std::string> &out) const {
  auto opened = openObject(path);
  if (!opened) {
    return opened.takeError();
  }
  Handle object(*opened);
  if (H5Aexists(object, attributeName.str().c_str()) <= 0) {
    return false;
  }
  Handle attribute(H5Aopen(object, attributeName.str().c_str(), H5P_DEFAULT));
  Handle type(attribute.ok() ? H5Aget_type(attribute) : -1);
  Handle space(attribute.ok() ? H5Aget_space(attribute) : -1);
  hssize_t count = space.ok() ? H5Sget_simple_extent_npoints(space) : -1;
  bool isText = type.ok() && H5Tget_class(type) == H5T_STRING;
  // An empty list of NumPy is one of float64.
  if (count == 0) {
    return true;
  }
  if (!isText || count < 0 || static_cast<uint64_t>(count) > maxMembers ||
      !(H5Tis_variable_str(type) > 0
            ? readVariable(attribute, space, count, out)
            : readFixed(attribute, type, count, out))) {
    H5Eclear2(H5E_DEFAULT);
    return diagnose(Diagnostic::Hdf5Attribute, name, attributeName, path);
  }
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

llvm::Expected<std::vector<int64_t>>
Hdf5File::shape(llvm::StringRef path) const {
  auto opened = openDataset(path);
  if (!opened) {
    return opened.takeError();
  }
  Handle dataset(*opened);
  Handle space(H5Dget_space(dataset));
  int rank = space.ok() ? H5Sget_simple_extent_ndims(space) : -1;
  if (rank < 0 || H5Sget_simple_extent_type(space) == H5S_NULL) {
    return diagnose(Diagnostic::Hdf5Read, name, path, "it has no shape");
  }
  if (rank > maxRank) {
    return diagnose(Diagnostic::Hdf5Rank, name, path, rank, maxRank);
  }
  std::vector<hsize_t> extents(rank);
  H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  std::vector<int64_t> shape;
  for (hsize_t extent : extents) {
    shape.push_back(static_cast<int64_t>(
        std::min<hsize_t>(extent, std::numeric_limits<int64_t>::max())));
  }
  return shape;
}

/// Why a dataset cannot be read as float32, as a row of the catalogue.
static llvm::Error checkType(hid_t type, llvm::StringRef file,
                             llvm::StringRef path) {
  H5T_class_t kind = H5Tget_class(type);
  size_t bits = H5Tget_size(type) * 8;
  switch (kind) {
  case H5T_FLOAT:
    if (bits == 16 || bits == 32 || bits == 64) {
      return llvm::Error::success();
    }
    return diagnose(Diagnostic::Hdf5UnsupportedType, file, path,
                    "float" + std::to_string(bits));
  case H5T_INTEGER:
    return diagnose(Diagnostic::Hdf5UnsupportedType, file, path,
                    "int" + std::to_string(bits));
  case H5T_OPAQUE:
    return diagnose(Diagnostic::Hdf5UnsupportedType, file, path,
                    std::to_string(bits) + "-bit values such as bfloat16");
  case H5T_STRING:
    return diagnose(Diagnostic::Hdf5Type, file, path, "text");
  default:
    return diagnose(Diagnostic::Hdf5Type, file, path, "values of another kind");
  }
}

/// Compares what a dataset declares with the bytes that the file holds for it,
/// so that a few bytes cannot ask for terabytes.
static llvm::Error checkStorage(hid_t dataset, uint64_t declared,
                                uint64_t fileSize, llvm::StringRef file,
                                llvm::StringRef path) {
  Handle plist(H5Dget_create_plist(dataset));
  H5D_layout_t layout = plist.ok() ? H5Pget_layout(plist) : H5D_LAYOUT_ERROR;
  if (!plist.ok() || H5Pget_external_count(plist) > 0 ||
      (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS &&
       layout != H5D_CHUNKED)) {
    return diagnose(Diagnostic::Hdf5External, file, path);
  }
  uint64_t stored = std::min<uint64_t>(H5Dget_storage_size(dataset), fileSize);
  uint64_t bound = H5Pget_nfilters(plist) > 0 ? stored * maxExpansion : stored;
  if (declared > bound) {
    return diagnose(Diagnostic::Hdf5TooLarge, file, path, declared, stored);
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<float>>
Hdf5File::floats(llvm::StringRef path) const {
  auto extents = shape(path);
  if (!extents) {
    return extents.takeError();
  }
  auto opened = openDataset(path);
  if (!opened) {
    return opened.takeError();
  }
  Handle dataset(*opened);
  Handle type(H5Dget_type(dataset));
  if (!type.ok()) {
    return diagnose(Diagnostic::Hdf5Read, name, path, lastError());
  }
  if (llvm::Error error = checkType(type, name, path)) {
    return std::move(error);
  }
  // HDF5's own product of the extents may wrap around.
  uint64_t declared = H5Tget_size(type), count = 1;
  for (int64_t extent : *extents) {
    declared = llvm::SaturatingMultiply<uint64_t>(declared, extent);
    count *= extent;
  }
  if (llvm::Error error =
          checkStorage(dataset, declared, image->size, name, path)) {
    return std::move(error);
  }
  std::vector<float> values(count);
  if (count > 0 && H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL,
                           H5P_DEFAULT, values.data()) < 0) {
    return diagnose(Diagnostic::Hdf5Read, name, path, lastError());
  }
  return values;
}
