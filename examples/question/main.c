/* The question: does it matter where an activity penalty stands? Four models
 * that differ only in that, each compiled to a library, in one program.
 *
 *   kregc compile attached.keras -o out        (and the other three)
 *   cc main.c out/lib*.a -Iout -lm -lpthread
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "after_conv.h"
#include "after_dropout.h"
#include "attached.h"
#include "on_maxpool.h"

#include <stdint.h>
#include <stdio.h>

enum { BATCH = 2, PIXELS = 24 * 24 * 3, CLASSES = 10 };

/* Numbers in [-1, 1) that are the same on every machine. */
static void fill(float *x, int n) {
  uint32_t state = 1;
  for (int i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    x[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
  }
}

static void show(const char *placement, const float *y, double penalty) {
  printf("%-34s %9.6f  ", placement, penalty);
  for (int i = 0; i < 5; ++i) {
    printf(" %.4f", y[i]);
  }
  printf(" ...\n");
}

/* A library's functions begin with its model's name, so one text serves all. */
#define RUN(model, placement)                                                  \
  do {                                                                         \
    const float *inputs[] = {x};                                               \
    float y[BATCH * CLASSES], *outputs[] = {y};                                \
    double penalty;                                                            \
    model##_model *m;                                                          \
    int status = model##_create(NULL, &m);                                     \
    if (status == 0) {                                                         \
      status = model##_forward(m, BATCH, inputs, outputs, &penalty);           \
      model##_destroy(m);                                                      \
    }                                                                          \
    if (status != 0) {                                                         \
      fprintf(stderr, #model ": error %d\n", status);                          \
      return 1;                                                                \
    }                                                                          \
    show(placement, y, penalty);                                               \
  } while (0)

int main(void) {
  static float x[BATCH * PIXELS];
  fill(x, BATCH * PIXELS);
  printf("%-34s %9s   %s\n", "L1L2(0.001, 0.002)", "penalty", "first outputs");
  RUN(attached, "on Conv2D");
  RUN(after_conv, "ActivityRegularization right after");
  RUN(after_dropout, "... after Dropout(0.2)");
  RUN(on_maxpool, "on MaxPooling2D");
  return 0;
}
