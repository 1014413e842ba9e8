/* The last step of a penalty: adding up its partial sums.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Runtime.h"

double kreg_rt_sum(const float *values, int64_t count) {
  double lane[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (int k = 0; k < 8; ++k) {
      lane[k] += (double)values[i + k];
    }
  }
  for (int k = 0; i + k < count; ++k) {
    lane[k] += (double)values[i + k];
  }
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
         ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}
