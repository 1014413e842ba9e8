/* Changes a weight or a kernel of a library in memory, and asks its self test.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _GNU_SOURCE
#include "m.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Hidden symbols of the archive, which a static link still sees. */
extern float m__w0[], m__w1[], m__w2[], m__w3[];
int m__k_conv2d(void *, int32_t);
int m__k_max_pooling2d(void *, int32_t);

static void unlock(void *place) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = (uintptr_t)place / page * page;
  mprotect((void *)start, 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static void test(m_model *m, const char *what, int code_wanted) {
  int code = m_self_test(m);
  printf("%s: %d %s\n", what, code,
         code == code_wanted ? "as it should be" : "WRONG");
}

int main(void) {
  float *weights[] = {m__w0, m__w1, m__w2, m__w3};
  kreg_options options = {0};
  options.threads = 1;
  m_model *m;
  if (m_create(&options, &m) != KREG_OK) {
    return 1;
  }
  test(m, "whole", KREG_OK);
  for (int i = 0; i < 4; ++i) {
    float before = weights[i][1];
    unlock(&weights[i][1]);
    weights[i][1] = before + 0.01f;
    test(m, "weight", KREG_ERROR_SELF_TEST);
    weights[i][1] = before;
  }
  test(m, "mended", KREG_OK);
  /* return 0 */
  static const unsigned char nothing[] = {0x31, 0xc0, 0xc3};
  int (*const kernels[])(void *, int32_t) = {m__k_conv2d, m__k_max_pooling2d};
  for (int i = 0; i < 2; ++i) {
    unsigned char before[sizeof nothing], *code;
    memcpy(&code, &kernels[i], sizeof code);
    unlock(code);
    memcpy(before, code, sizeof before);
    memcpy(code, nothing, sizeof nothing);
    test(m, "kernel", KREG_ERROR_SELF_TEST);
    memcpy(code, before, sizeof before);
  }
  test(m, "mended", KREG_OK);
  m_destroy(m);
  return 0;
}
