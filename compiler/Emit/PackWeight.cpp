// Weights in the layout that a kernel's schedule asks for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Objects.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace llvm;

namespace kregc::emit {
namespace {

/// The row-major bytes of a weight; one element if `isSplat`.
Expected<ArrayRef<char>> rawBytes(const host::Weight &weight, bool &isSplat) {
  isSplat = false;
  if (auto dense = dyn_cast<mlir::DenseElementsAttr>(weight.value)) {
    isSplat = dense.isSplat();
    return dense.getRawData();
  }
  if (auto resource = dyn_cast<mlir::DenseResourceElementsAttr>(weight.value)) {
    if (mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob()) {
      return blob->getData();
    }
  }
  return createStringError(inconvertibleErrorCode(),
                           "the value of weight '" + weight.path +
                               "' is not stored as numbers");
}

} // namespace

Expected<std::vector<char>> packWeight(const host::Weight &weight) {
  bool isSplat;
  Expected<ArrayRef<char>> raw = rawBytes(weight, isSplat);
  if (!raw) {
    return raw.takeError();
  }
  size_t element = weight.type.getElementTypeBitWidth() / 8;
  size_t count = weight.type.getNumElements();
  if (element == 0 || raw->size() != (isSplat ? 1 : count) * element) {
    return createStringError(inconvertibleErrorCode(),
                             "the value of weight '" + weight.path +
                                 "' does not fit its type");
  }
  size_t channels = weight.packing == 0 ? 1 : weight.type.getShape().back();
  size_t block = weight.packing == 0 ? 1 : weight.packing;
  size_t blocks = (channels + block - 1) / block;
  size_t rows = channels == 0 ? 0 : count / channels;
  if (!isSplat && block == 1 && channels == 1) {
    return std::vector<char>(raw->begin(), raw->end());
  }
  std::vector<char> packed(rows * blocks * block * element, 0);
  for (size_t b = 0; b < blocks; ++b) {
    size_t used = std::min(block, channels - b * block);
    for (size_t row = 0; row < rows; ++row) {
      char *to = packed.data() + (b * rows + row) * block * element;
      if (isSplat) {
        for (size_t c = 0; c < used; ++c) {
          std::memcpy(to + c * element, raw->data(), element);
        }
      } else {
        std::memcpy(to, raw->data() + (row * channels + b * block) * element,
                    used * element);
      }
    }
  }
  return packed;
}

} // namespace kregc::emit
