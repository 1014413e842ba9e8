// NumPy arrays in files: .npz archives (stored or deflated) and .npy members.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_NPZ_H
#define KREGC_FRONTENDS_CONTAINER_NPZ_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kregc {

/// The number types that .npz files may hold here, little-endian.
enum class NpzType { F32, F64, I32, I64, F16, I16, I8, U32, U16, U8, Bool };

/// One array of a .npz file: data in row-major (C) order, in `dtype`.
struct NpzArray {
  std::string name;           ///< "x_0", without ".npy"
  std::vector<int64_t> shape; ///< empty for a scalar
  NpzType dtype = NpzType::F32;
  std::vector<char> bytes; ///< size = product(shape) * itemSize(dtype)

  int64_t numElements() const;
  /// The numbers converted to float32 or float64, in row-major order.
  std::vector<float> toFloat() const;
  std::vector<double> toDouble() const;

  static NpzArray ofFloat(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                          llvm::ArrayRef<float> values);
  static NpzArray ofDouble(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                           llvm::ArrayRef<double> values);
};

/// Bytes per number, and NumPy's name of the type: "float32".
int64_t itemSize(NpzType type);
llvm::StringRef nameOf(NpzType type);

/// An array that is not copied: the bytes of a .npy file, wherever they are.
struct NpyView {
  std::string name;
  std::vector<int64_t> shape;
  NpzType dtype = NpzType::F32;
  bool fortran = false;       ///< the first axis varies fastest
  const char *data = nullptr; ///< product(shape) numbers

  int64_t numElements() const;
  /// Numbers per entry of the first axis; the array has one.
  int64_t rowSize() const;
  /// Entry `row` of the first axis as float32, in row-major order.
  void readRow(int64_t row, float *out) const;
  NpzArray copy() const;
};

/// Maps a .npz file into memory. Errors: CannotOpen, NotAFile, NotArrays.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
openNpz(llvm::StringRef path);

/// Looks at the .npy file in `bytes`; `where` is how messages call it. Errors:
/// NpyHeader, NpyType, NpySize.
llvm::Expected<NpyView> viewNpy(llvm::StringRef bytes, llvm::StringRef name,
                                llvm::StringRef where);

/// The array of `descr` ("<f4") in `data`. Errors: NpyType, NpySize.
llvm::Expected<NpyView> makeView(llvm::StringRef name,
                                 llvm::ArrayRef<int64_t> shape,
                                 llvm::StringRef descr, bool fortran,
                                 llvm::StringRef data, llvm::StringRef where);

/// The pickle of a .npy file that holds one Python object. Errors: NpyHeader.
llvm::Expected<llvm::StringRef> pickleOf(llvm::StringRef bytes,
                                         llvm::StringRef where);

/// Reads all arrays of the .npz file, in the order of the archive. Fortran
/// order is turned into C order. Errors are InputErrors (Container/Error.h).
llvm::Expected<std::vector<NpzArray>> readNpz(llvm::StringRef path);

/// Writes arrays to a stored .npz file that NumPy reads (any type; C order).
/// Written beside and renamed: no partial file is left.
llvm::Error writeNpz(llvm::StringRef path, llvm::ArrayRef<NpzArray> arrays);

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_NPZ_H
