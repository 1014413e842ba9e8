// Changes of HDF5 files: attributes through the library, so that the file stays
// sound, and numbers near the signatures of its records, so that it does not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Mutator.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <hdf5.h>
#include <vector>

using namespace kregc::fuzz;

namespace {
/// An attribute with text in it, and the object that has it.
struct Place {
  std::string object, attribute;
};
} // namespace

/// Opens a copy of the file in memory, for writing.
static hid_t openCopy(llvm::StringRef bytes) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 16, /*backing_store=*/0);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_file_image(access, const_cast<char *>(bytes.data()), bytes.size());
  hid_t file = H5Fopen("mutated", H5F_ACC_RDWR, access);
  H5Pclose(access);
  return file;
}

static std::vector<Place> findAttributes(hid_t file) {
  std::vector<Place> places;
  auto visit = [](hid_t root, const char *name, const H5O_info_t *,
                  void *out) -> herr_t {
    hid_t object = H5Oopen(root, name, H5P_DEFAULT);
    for (hsize_t i = 0, n = H5Aget_num_attrs(object); i < n; ++i) {
      char text[256] = "";
      H5Aget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, text,
                         sizeof(text), H5P_DEFAULT);
      static_cast<std::vector<Place> *>(out)->push_back({name, text});
    }
    H5Oclose(object);
    return 0;
  };
  H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit, &places, H5O_INFO_BASIC);
  return places;
}

/// The texts of an attribute of either kind of string; none if it has none.
static std::vector<std::string> readTexts(hid_t attribute) {
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  hssize_t count = H5Sget_simple_extent_npoints(space);
  std::vector<std::string> texts;
  if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0) {
    std::vector<char *> raw(count, nullptr);
    H5Aread(attribute, type, raw.data());
    for (const char *text : raw) {
      texts.push_back(text ? text : "");
    }
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
  } else if (H5Tget_class(type) == H5T_STRING) {
    size_t size = H5Tget_size(type);
    std::vector<char> raw(size * count);
    H5Aread(attribute, type, raw.data());
    for (hssize_t i = 0; i < count; ++i) {
      texts.push_back(std::string(raw.data() + i * size, size).c_str());
    }
  }
  H5Tclose(type);
  H5Sclose(space);
  return texts;
}

/// Writes texts of one length; none become an empty list of numbers, as NumPy
/// has it.
static void writeTexts(hid_t object, const std::string &name,
                       const std::vector<std::string> &texts, bool scalar) {
  size_t size = 1;
  for (const std::string &text : texts) {
    size = std::max(size, text.size());
  }
  hid_t type = H5Tcopy(texts.empty() ? H5T_NATIVE_DOUBLE : H5T_C_S1);
  if (!texts.empty()) {
    H5Tset_size(type, size);
  }
  hsize_t count = texts.size();
  hid_t space =
      scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr);
  hid_t attribute =
      H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
  std::string raw;
  for (const std::string &text : texts) {
    raw += text + std::string(size - text.size(), '\0');
  }
  if (attribute >= 0 && !texts.empty()) {
    H5Awrite(attribute, type, raw.data());
  }
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

/// Changes one attribute, by `change`, in a file that stays sound.
static std::string
changeAttribute(llvm::StringRef bytes, Mutator &random,
                llvm::function_ref<void(std::vector<std::string> &)> change) {
  hid_t file = openCopy(bytes);
  std::vector<Place> places =
      file >= 0 ? findAttributes(file) : std::vector<Place>();
  std::string out;
  if (!places.empty()) {
    const Place &place = places[random.below(places.size())];
    hid_t object = H5Oopen(file, place.object.c_str(), H5P_DEFAULT);
    hid_t attribute = H5Aopen(object, place.attribute.c_str(), H5P_DEFAULT);
    std::vector<std::string> texts = readTexts(attribute);
    hid_t space = H5Aget_space(attribute);
    bool scalar = H5Sget_simple_extent_type(space) == H5S_SCALAR;
    H5Sclose(space);
    H5Aclose(attribute);
    H5Adelete(object, place.attribute.c_str());
    if (!random.chance(10)) {
      change(texts);
      writeTexts(object, place.attribute, texts, scalar && texts.size() == 1);
    }
    H5Oclose(object);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    ssize_t size = H5Fget_file_image(file, nullptr, 0);
    out.resize(std::max<ssize_t>(size, 0));
    H5Fget_file_image(file, out.data(), out.size());
  }
  if (file >= 0) {
    H5Fclose(file);
  }
  return out.empty() ? random.mutateBytes(bytes) : out;
}

/// Changes bytes behind a signature of one of HDF5's records.
static std::string changeRecord(llvm::StringRef bytes, Mutator &random) {
  static const char *const signatures[] = {"TREE", "SNOD", "HEAP", "OHDR",
                                           "GCOL", "FRHP", "BTHD", "\x89HDF"};
  std::vector<size_t> places;
  for (const char *signature : signatures) {
    for (size_t at = bytes.find(signature); at != llvm::StringRef::npos;
         at = bytes.find(signature, at + 1)) {
      places.push_back(at);
    }
  }
  if (places.empty()) {
    return random.mutateBytes(bytes);
  }
  size_t at = places[random.below(places.size())];
  llvm::StringRef piece = bytes.substr(at, 96);
  std::string changed = random.mutateBytes(piece);
  changed.resize(piece.size(), '\0');
  return bytes.take_front(at).str() + changed +
         bytes.drop_front(at + piece.size()).str();
}

std::string Mutator::mutateHdf5(llvm::StringRef bytes) {
  if (chance(40)) {
    return changeRecord(bytes, *this);
  }
  if (chance(20)) {
    return mutateBytes(bytes);
  }
  return changeAttribute(bytes, *this, [&](std::vector<std::string> &texts) {
    if (texts.empty() || chance(10)) {
      texts.push_back("dense");
      return;
    }
    std::string &text = texts[below(texts.size())];
    switch (below(4)) {
    case 0:
      texts.erase(texts.begin() + (&text - texts.data()));
      break;
    case 1:
      text = mutateBytes(text);
      break;
    default:
      text = text.size() > 1 && text[0] == '{' ? mutateJson(text)
                                               : texts[below(texts.size())];
    }
  });
}
