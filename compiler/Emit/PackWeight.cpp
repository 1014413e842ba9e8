// Weights in the layout that a kernel's schedule asks for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Objects.h"

#include "dialect/IR/Kreg.h"

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

/// The bytes of `kreg.phase_kernel` of the weight, elements of `size` bytes.
std::vector<char> sortByPhases(const host::Weight &weight, ArrayRef<char> raw,
                               bool isSplat, size_t size) {
  using mlir::kreg::PhaseKernelOp;
  ArrayRef<int64_t> kernel = weight.type.getShape();
  mlir::RankedTensorType type =
      PhaseKernelOp::resultType(weight.type, weight.strides, weight.low);
  size_t spatial = weight.strides.size();
  int64_t channels = kernel[spatial], features = kernel[spatial + 1];
  std::vector<char> sorted(type.getNumElements() * size, 0);
  char *to = sorted.data();
  SmallVector<int64_t> phaseAndTap(2 * spatial, 0);
  for (int64_t rest =
           type.getNumElements() / std::max<int64_t>(1, channels * features);
       rest > 0; --rest) {
    int64_t tap = 0;
    bool exists = true;
    for (size_t i = 0; i < spatial; ++i) {
      int64_t stride = weight.strides[i], low = weight.low[i];
      int64_t first = PhaseKernelOp::firstOf(kernel[i], stride, low);
      int64_t k =
          phaseAndTap[i] + low - (first + phaseAndTap[spatial + i]) * stride;
      exists &= k >= 0 && k < kernel[i];
      tap = tap * kernel[i] + k;
    }
    for (int64_t f = 0; f < features; ++f) {
      for (int64_t c = 0; c < channels; ++c, to += size) {
        if (exists) {
          size_t from = isSplat ? 0 : (tap * channels + c) * features + f;
          std::memcpy(to, raw.data() + from * size, size);
        }
      }
    }
    for (size_t d = phaseAndTap.size(); d-- > 0;) {
      if (++phaseAndTap[d] < type.getDimSize(d)) {
        break;
      }
      phaseAndTap[d] = 0;
    }
  }
  return sorted;
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
  mlir::RankedTensorType type = weight.type;
  std::vector<char> sorted;
  if (!weight.strides.empty()) {
    sorted = sortByPhases(weight, *raw, isSplat, element);
    type =
        mlir::kreg::PhaseKernelOp::resultType(type, weight.strides, weight.low);
    raw = ArrayRef(sorted);
    count = type.getNumElements();
    isSplat = false;
  }
  size_t channels = weight.packing == 0 ? 1 : type.getShape().back();
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
