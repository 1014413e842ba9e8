// The .npy header (a Python dict literal) read strictly, and archives of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Npz.h"

#include "frontends/Container/Error.h"
#include "frontends/Container/Zip.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace kregc;

static constexpr llvm::StringLiteral magic("\x93NUMPY");

namespace {
struct TypeRow {
  const char *descr, *name; ///< in a header, in messages
  int64_t size;
};
} // namespace

/// In the order of NpzType.
static constexpr TypeRow types[] = {
    {"<f4", "float32", 4}, {"<f8", "float64", 8}, {"<i4", "int32", 4},
    {"<i8", "int64", 8},   {"<f2", "float16", 2}, {"<i2", "int16", 2},
    {"|i1", "int8", 1},    {"<u4", "uint32", 4},  {"<u2", "uint16", 2},
    {"|u1", "uint8", 1},   {"|b1", "bool", 1},
};

int64_t kregc::itemSize(NpzType type) {
  return types[static_cast<size_t>(type)].size;
}

llvm::StringRef kregc::nameOf(NpzType type) {
  return types[static_cast<size_t>(type)].name;
}

int64_t NpzArray::numElements() const {
  int64_t count = 1;
  for (int64_t extent : shape) {
    count *= extent;
  }
  return count;
}

/// IEEE half precision, which C++17 has no type for.
static float ofHalf(uint16_t bits) {
  llvm::APFloat value(llvm::APFloat::IEEEhalf(), llvm::APInt(16, bits));
  bool exact;
  value.convert(llvm::APFloat::IEEEsingle(), llvm::APFloat::rmNearestTiesToEven,
                &exact);
  return value.convertToFloat();
}

template <typename From>
static From load(const char *at) {
  From value;
  std::memcpy(&value, at, sizeof(From));
  return value;
}

/// Calls `visit` with a function that loads a number of the type as it is.
template <typename Visit>
static void withLoader(NpzType type, Visit visit) {
  switch (type) {
  case NpzType::F32:
    return visit(load<float>);
  case NpzType::F64:
    return visit(load<double>);
  case NpzType::I32:
    return visit(load<int32_t>);
  case NpzType::I64:
    return visit(load<int64_t>);
  case NpzType::F16:
    return visit([](const char *at) { return ofHalf(load<uint16_t>(at)); });
  case NpzType::I16:
    return visit(load<int16_t>);
  case NpzType::I8:
    return visit(load<int8_t>);
  case NpzType::U32:
    return visit(load<uint32_t>);
  case NpzType::U16:
    return visit(load<uint16_t>);
  case NpzType::U8:
    return visit(load<uint8_t>);
  case NpzType::Bool:
    return visit([](const char *at) { return *at != 0; });
  }
}

template <typename To>
static std::vector<To> convertAll(const NpzArray &array) {
  std::vector<To> out(array.numElements());
  int64_t size = itemSize(array.dtype);
  withLoader(array.dtype, [&](auto load) {
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<To>(load(array.bytes.data() + i * size));
    }
  });
  return out;
}

std::vector<float> NpzArray::toFloat() const {
  return convertAll<float>(*this);
}
std::vector<double> NpzArray::toDouble() const {
  return convertAll<double>(*this);
}

template <typename T>
static NpzArray makeArray(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                          llvm::ArrayRef<T> values, NpzType type) {
  NpzArray array;
  array.name = name.str();
  array.shape = shape.vec();
  array.dtype = type;
  const char *data = reinterpret_cast<const char *>(values.data());
  array.bytes.assign(data, data + values.size() * sizeof(T));
  return array;
}

NpzArray NpzArray::ofFloat(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                           llvm::ArrayRef<float> values) {
  return makeArray(name, shape, values, NpzType::F32);
}
NpzArray NpzArray::ofDouble(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<double> values) {
  return makeArray(name, shape, values, NpzType::F64);
}

namespace {
/// What the dict literal of a header says.
struct Header {
  std::string descr;
  bool fortran = false;
  std::vector<int64_t> shape;
};
} // namespace

/// The text behind `'key':` in the header, or an empty one.
static llvm::StringRef valueOf(llvm::StringRef header, llvm::StringRef key) {
  std::string quoted = ("'" + key + "'").str();
  size_t at = header.find(quoted);
  if (at == llvm::StringRef::npos) {
    return {};
  }
  llvm::StringRef rest = header.substr(at + quoted.size()).ltrim();
  return rest.consume_front(":") ? rest.ltrim() : llvm::StringRef();
}

static llvm::Expected<Header> parseHeader(llvm::StringRef text,
                                          llvm::StringRef where) {
  Header header;
  llvm::StringRef descr = valueOf(text, "descr");
  if (!descr.consume_front("'")) {
    return diagnose(Diagnostic::NpyHeader, where, "no 'descr' in its header");
  }
  header.descr = descr.take_until([](char c) { return c == '\''; }).str();
  llvm::StringRef order = valueOf(text, "fortran_order");
  if (!order.starts_with("True") && !order.starts_with("False")) {
    return diagnose(Diagnostic::NpyHeader, where,
                    "no 'fortran_order' in its header");
  }
  header.fortran = order.starts_with("True");
  llvm::StringRef shape = valueOf(text, "shape");
  size_t end = shape.find(')');
  if (!shape.consume_front("(") || end == llvm::StringRef::npos) {
    return diagnose(Diagnostic::NpyHeader, where, "no 'shape' in its header");
  }
  llvm::SmallVector<llvm::StringRef> parts;
  shape.take_front(end - 1).split(parts, ',', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef part : parts) {
    part = part.trim();
    int64_t extent;
    if (part.empty()) {
      continue;
    }
    if (part.getAsInteger(10, extent) || extent < 0) {
      return diagnose(Diagnostic::NpyHeader, where,
                      ("'" + part + "' is not an extent").str());
    }
    header.shape.push_back(extent);
  }
  if (header.shape.size() > 32) {
    return diagnose(Diagnostic::NpyHeader, where, "its rank is above 32");
  }
  return header;
}

static bool typeOf(llvm::StringRef descr, NpzType &type) {
  if (descr.size() != 3 || descr[0] == '>') {
    return false;
  }
  for (size_t i = 0; i < std::size(types); ++i) {
    // NumPy's first letter is the byte order: '<', '|' or '='.
    if (descr.drop_front() == llvm::StringRef(types[i].descr).drop_front()) {
      type = static_cast<NpzType>(i);
      return llvm::StringRef("<|=").contains(descr[0]);
    }
  }
  return false;
}

/// Copies column-major `from` into row-major `array.bytes`.
static void toRowMajor(NpzArray &array, const char *from) {
  int64_t item = itemSize(array.dtype), count = array.numElements();
  size_t rank = array.shape.size();
  std::vector<int64_t> index(rank, 0), stride(rank, 1);
  for (size_t d = 1; d < rank; ++d) {
    stride[d] = stride[d - 1] * array.shape[d - 1];
  }
  int64_t source = 0;
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(array.bytes.data() + i * item, from + source * item, item);
    for (size_t d = rank; d-- > 0;) {
      source += stride[d];
      if (++index[d] < array.shape[d]) {
        break;
      }
      source -= index[d] * stride[d];
      index[d] = 0;
    }
  }
}

/// Splits a .npy file into its header text and its data.
static llvm::Error splitNpy(llvm::StringRef bytes, llvm::StringRef where,
                            llvm::StringRef &header, llvm::StringRef &data) {
  if (!bytes.starts_with(magic) || bytes.size() < 12) {
    return diagnose(Diagnostic::NpyHeader, where, "it has no NumPy signature");
  }
  const char *raw = bytes.data();
  int version = static_cast<unsigned char>(raw[6]);
  size_t start = version == 1 ? 10 : 12;
  size_t length = version == 1 ? llvm::support::endian::read16le(raw + 8)
                               : llvm::support::endian::read32le(raw + 8);
  if (version < 1 || version > 3 || length > bytes.size() - start) {
    return diagnose(Diagnostic::NpyHeader, where, "its header is cut off");
  }
  header = bytes.substr(start, length);
  data = bytes.substr(start + length);
  return llvm::Error::success();
}

int64_t NpyView::numElements() const {
  int64_t count = 1;
  for (int64_t extent : shape) {
    count *= extent;
  }
  return count;
}

int64_t NpyView::rowSize() const {
  return shape[0] == 0 ? 0 : numElements() / shape[0];
}

void NpyView::readRow(int64_t row, float *out) const {
  int64_t size = itemSize(dtype), count = rowSize();
  if (!fortran) {
    const char *from = data + row * count * size;
    withLoader(dtype, [&](auto load) {
      for (int64_t i = 0; i < count; ++i) {
        out[i] = static_cast<float>(load(from + i * size));
      }
    });
    return;
  }
  size_t rank = shape.size();
  std::vector<int64_t> index(rank, 0), stride(rank, 1);
  for (size_t d = 1; d < rank; ++d) {
    stride[d] = stride[d - 1] * shape[d - 1];
  }
  withLoader(dtype, [&](auto load) {
    int64_t source = row;
    for (int64_t i = 0; i < count; ++i) {
      out[i] = static_cast<float>(load(data + source * size));
      for (size_t d = rank; d-- > 1;) {
        source += stride[d];
        if (++index[d] < shape[d]) {
          break;
        }
        source -= index[d] * stride[d];
        index[d] = 0;
      }
    }
  });
}

llvm::Expected<NpyView> kregc::makeView(llvm::StringRef name,
                                        llvm::ArrayRef<int64_t> shape,
                                        llvm::StringRef descr, bool fortran,
                                        llvm::StringRef data,
                                        llvm::StringRef where) {
  NpyView view;
  view.name = name.str();
  view.shape = shape.vec();
  view.fortran = fortran && shape.size() > 1;
  view.data = data.data();
  if (!typeOf(descr, view.dtype)) {
    return diagnose(Diagnostic::NpyType, where, descr);
  }
  bool overflow = false;
  int64_t size = itemSize(view.dtype);
  for (int64_t extent : shape) {
    overflow |= llvm::MulOverflow(size, extent, size);
  }
  if (overflow || static_cast<uint64_t>(size) != data.size()) {
    std::string text =
        "(" +
        llvm::join(
            llvm::map_range(shape, [](int64_t e) { return std::to_string(e); }),
            ", ") +
        ")";
    return diagnose(Diagnostic::NpySize, where, text,
                    overflow ? "too many" : std::to_string(size), data.size());
  }
  return view;
}

/// The header, and in `data` what follows it.
static llvm::Expected<Header> readHeader(llvm::StringRef bytes,
                                         llvm::StringRef where,
                                         llvm::StringRef &data) {
  llvm::StringRef text;
  if (llvm::Error error = splitNpy(bytes, where, text, data)) {
    return std::move(error);
  }
  return parseHeader(text, where);
}

llvm::Expected<NpyView> kregc::viewNpy(llvm::StringRef bytes,
                                       llvm::StringRef name,
                                       llvm::StringRef where) {
  llvm::StringRef data;
  auto header = readHeader(bytes, where, data);
  if (!header) {
    return header.takeError();
  }
  return makeView(name, header->shape, header->descr, header->fortran, data,
                  where);
}

llvm::Expected<llvm::StringRef> kregc::pickleOf(llvm::StringRef bytes,
                                                llvm::StringRef where) {
  llvm::StringRef data;
  auto header = readHeader(bytes, where, data);
  if (!header) {
    return header.takeError();
  }
  if (header->descr != "|O" || !header->shape.empty()) {
    return diagnose(Diagnostic::NpyHeader, where, "it holds no Python object");
  }
  return data;
}

NpzArray NpyView::copy() const {
  NpzArray array;
  array.name = name;
  array.shape = shape;
  array.dtype = dtype;
  array.bytes.resize(numElements() * itemSize(dtype));
  if (fortran) {
    toRowMajor(array, data);
  } else {
    std::copy_n(data, array.bytes.size(), array.bytes.begin());
  }
  return array;
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
kregc::openNpz(llvm::StringRef path) {
  auto file = openFile(path, "a .npz file");
  if (file && !(*file)->getBuffer().starts_with("PK")) {
    return diagnose(Diagnostic::NotArrays, path,
                    (*file)->getBufferSize() == 0 ? "an empty file"
                                                  : "another kind of file");
  }
  return file;
}

llvm::Expected<std::vector<NpzArray>> kregc::readNpz(llvm::StringRef path) {
  auto file = openNpz(path);
  if (!file) {
    return file.takeError();
  }
  auto archive = ZipReader::open((*file)->getBuffer(), path);
  if (!archive) {
    return archive.takeError();
  }
  std::vector<NpzArray> arrays;
  for (llvm::StringRef entry : archive->names()) {
    auto bytes = archive->read(entry);
    if (!bytes) {
      return bytes.takeError();
    }
    llvm::StringRef name = entry;
    name.consume_back(".npy");
    auto view = viewNpy(bytes->text(), name, (path + "/" + entry).str());
    if (!view) {
      return view.takeError();
    }
    arrays.push_back(view->copy());
  }
  return arrays;
}

/// The .npy header of version 1.0, padded so that the data are 64-byte aligned.
static std::string makeHeader(const NpzArray &array) {
  std::string text = "{'descr': '";
  text += types[static_cast<size_t>(array.dtype)].descr;
  text += "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : array.shape) {
    text += std::to_string(extent) + ",";
  }
  text += "), }";
  size_t start = magic.size() + 4;
  text.append(63 - (start + text.size()) % 64, ' ');
  text += '\n';
  std::string header = magic.str() + std::string("\x01\x00", 2);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

llvm::Error kregc::writeNpz(llvm::StringRef path,
                            llvm::ArrayRef<NpzArray> arrays) {
  std::vector<std::string> headers;
  for (const NpzArray &array : arrays) {
    headers.push_back(makeHeader(array));
  }
  std::vector<ZipEntry> entries;
  for (size_t i = 0; i < arrays.size(); ++i) {
    entries.push_back({arrays[i].name + ".npy",
                       headers[i],
                       {arrays[i].bytes.data(), arrays[i].bytes.size()}});
  }
  return writeZip(path, entries);
}
