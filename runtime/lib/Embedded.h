// Files of the runtime as bytes inside kregc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_RUNTIME_LIB_EMBEDDED_H
#define KREGC_RUNTIME_LIB_EMBEDDED_H

#include <cstddef>

namespace kregc::runtime {

struct Bytes {
  const unsigned char *data;
  size_t size;
};

Bytes bitcode();    ///< all of runtime/lib/*.c as one LLVM module, for x86-64
Bytes headerText(); ///< runtime/include/kreg/runtime.h

} // namespace kregc::runtime

#endif // KREGC_RUNTIME_LIB_EMBEDDED_H
