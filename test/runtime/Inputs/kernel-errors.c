/* Calls beta and prints what came of it.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "beta.h"

#include <stdio.h>

int main(void) {
  static float x[3 * 8], z[5 * 8], y[5 * 8], same[5 * 8], copy[3 * 8];
  static const int batches[] = {2, 3, 4, 3, 2};
  const float *inputs[] = {x, z};
  float *outputs[] = {y, same, copy};
  beta_model *m;
  if (beta_create(NULL, &m) != KREG_OK) {
    return 1;
  }
  for (int i = 0; i < 5; ++i) {
    int code = beta_forward(m, batches[i], inputs, outputs, NULL);
    printf("%d: %d, %s\n", batches[i], code,
           code == KREG_OK ? "" : beta_error_message(m));
  }
  beta_destroy(m);
  return 0;
}
