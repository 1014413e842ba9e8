/* Prints what the self test of beta says.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "beta.h"

#include <stdio.h>

int main(void) {
  beta_model *m;
  if (beta_create(NULL, &m) != KREG_OK) {
    return 1;
  }
  int code = beta_self_test(m);
  printf("%d: %s\n", code, beta_error_message(m));
  beta_destroy(m);
  return 0;
}
