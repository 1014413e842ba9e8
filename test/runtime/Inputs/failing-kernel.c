/* A kernel that fails in two ways.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include <stdint.h>

void halide_error(void *context, const char *message);
int halide_error_bad_type(void *context, const char *name);

int k_dense(void *context, int32_t batch);
int k_dense(void *context, int32_t batch) {
  if (batch == 4) {
    return halide_error_bad_type(context, "x");
  }
  halide_error(context, "x is not for 4");
  return 17;
}
