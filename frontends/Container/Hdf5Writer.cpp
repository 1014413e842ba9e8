// HDF5's core driver without a file behind it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Hdf5Writer.h"

#include "frontends/Container/Error.h"
#include "frontends/Container/Hdf5Handle.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <atomic>
#include <hdf5.h>

using namespace kregc;

namespace {

/// Keras splits lists whose attribute would be larger than this.
constexpr size_t maxAttribute = 64512;

} // namespace

static std::string uniqueName() {
  // Files of the same name would be taken for one file.
  static std::atomic<unsigned> counter{0};
  return "kregc-written-" + std::to_string(counter++);
}

llvm::Expected<Hdf5Writer> Hdf5Writer::create(llvm::StringRef file) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
  hid_t id =
      access.ok() && H5Pset_fapl_core(access, 1 << 20, false) >= 0 &&
              H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0
          ? H5Fcreate(uniqueName().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access)
          : -1;
  if (id < 0) {
    return diagnose(Diagnostic::Hdf5Write, file, "/");
  }
  return Hdf5Writer(id, file);
}

Hdf5Writer::Hdf5Writer(Hdf5Writer &&other) noexcept
    : id(std::exchange(other.id, -1)), file(std::move(other.file)) {}

Hdf5Writer::~Hdf5Writer() {
  if (id >= 0) {
    H5Fclose(id);
  }
}

llvm::Error Hdf5Writer::fail(llvm::StringRef path) const {
  return diagnose(Diagnostic::Hdf5Write, file, path);
}

llvm::Error Hdf5Writer::makeGroup(llvm::StringRef group) {
  llvm::SmallVector<llvm::StringRef> parts;
  group.split(parts, '/', -1, /*KeepEmpty=*/false);
  std::string path;
  for (llvm::StringRef part : parts) {
    path += "/" + part.str();
    htri_t there = H5Lexists(id, path.c_str(), H5P_DEFAULT);
    if (there > 0) {
      continue;
    }
    Hdf5Handle made(there < 0 ? -1
                              : H5Gcreate2(id, path.c_str(), H5P_DEFAULT,
                                           H5P_DEFAULT, H5P_DEFAULT));
    if (!made.ok()) {
      return fail(path);
    }
  }
  return llvm::Error::success();
}

llvm::Error Hdf5Writer::write(llvm::StringRef dataset,
                              llvm::ArrayRef<int64_t> shape, int64_t storedType,
                              int64_t memoryType, const void *values) {
  if (llvm::Error error = makeGroup(dataset.rsplit('/').first)) {
    return error;
  }
  llvm::SmallVector<hsize_t> extents(shape.begin(), shape.end());
  Hdf5Handle space(shape.empty()
                       ? H5Screate(H5S_SCALAR)
                       : H5Screate_simple(static_cast<int>(shape.size()),
                                          extents.data(), nullptr));
  std::string path = "/" + dataset.str();
  // Without the time of writing, equal models make equal files.
  Hdf5Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  bool timeless = creation.ok() && H5Pset_obj_track_times(creation, false) >= 0;
  Hdf5Handle set(space.ok() && timeless
                     ? H5Dcreate2(id, path.c_str(), storedType, space,
                                  H5P_DEFAULT, creation, H5P_DEFAULT)
                     : -1);
  bool good = set.ok() && H5Dwrite(set, memoryType, H5S_ALL, H5S_ALL,
                                   H5P_DEFAULT, values) >= 0;
  return good ? llvm::Error::success() : fail(dataset);
}

llvm::Error Hdf5Writer::writeFloats(llvm::StringRef dataset,
                                    llvm::ArrayRef<int64_t> shape,
                                    const float *values) {
  return write(dataset, shape, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values);
}

llvm::Error Hdf5Writer::writeInteger(llvm::StringRef dataset, int64_t value) {
  return write(dataset, {}, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

llvm::Error Hdf5Writer::writeAttribute(llvm::StringRef object,
                                       llvm::StringRef attribute, int64_t type,
                                       int64_t space, const void *data) {
  std::string path = "/" + object.str(), name = attribute.str();
  Hdf5Handle at(H5Oopen(id, path.c_str(), H5P_DEFAULT));
  if (!at.ok()) {
    return fail(object);
  }
  Hdf5Handle made(
      H5Acreate2(at, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  return made.ok() && H5Awrite(made, type, data) >= 0 ? llvm::Error::success()
                                                      : fail(object);
}

llvm::Error Hdf5Writer::writeText(llvm::StringRef object,
                                  llvm::StringRef attribute,
                                  llvm::StringRef text) {
  // As h5py writes it: UTF-8 of variable length.
  Hdf5Handle type(H5Tcopy(H5T_C_S1)), space(H5Screate(H5S_SCALAR));
  if (H5Tset_size(type, H5T_VARIABLE) < 0 ||
      H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
    return fail(object);
  }
  std::string terminated = text.str();
  const char *pointer = terminated.c_str();
  return writeAttribute(object, attribute, type, space,
                        static_cast<const void *>(&pointer));
}

llvm::Error Hdf5Writer::writeTextList(llvm::StringRef object,
                                      llvm::StringRef attribute,
                                      llvm::ArrayRef<std::string> texts) {
  size_t width = 1;
  for (const std::string &text : texts) {
    width = std::max(width, text.size());
  }
  Hdf5Handle type(H5Tcopy(H5T_C_S1));
  if (H5Tset_size(type, width) < 0 ||
      H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
    return fail(object);
  }
  size_t perPart = std::max<size_t>(1, maxAttribute / width);
  bool split = texts.size() > perPart;
  for (size_t part = 0; part == 0 || part * perPart < texts.size(); ++part) {
    llvm::ArrayRef<std::string> some =
        texts.drop_front(part * perPart).take_front(perPart);
    std::string packed(width * some.size(), '\0');
    for (size_t i = 0; i < some.size(); ++i) {
      std::copy(some[i].begin(), some[i].end(), packed.begin() + i * width);
    }
    hsize_t count = some.size();
    Hdf5Handle space(H5Screate_simple(1, &count, nullptr));
    std::string name =
        split ? attribute.str() + std::to_string(part) : attribute.str();
    if (llvm::Error error =
            writeAttribute(object, name, type, space, packed.data())) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Expected<std::string> Hdf5Writer::bytes() {
  ssize_t size = H5Fflush(id, H5F_SCOPE_GLOBAL) < 0
                     ? -1
                     : H5Fget_file_image(id, nullptr, 0);
  if (size < 0) {
    return fail("/");
  }
  std::string image(static_cast<size_t>(size), '\0');
  if (H5Fget_file_image(id, image.data(), image.size()) != size) {
    return fail("/");
  }
  return image;
}
