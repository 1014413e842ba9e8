/* What a step takes: usage: step-memory SCRATCH BATCH… Compiled with X and T,
 * the numbers of a sample and of its target. SCRATCH: what kernels may take.
 *
 * All memory of the instance lies between pages that may not be touched, and is
 * filled with NaN, so a step that leaves its buffers or reads what nobody wrote
 * does not pass. What it holds after a step is what the header says, but for
 * scratch memory of kernels and the rounding of each block.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _DEFAULT_SOURCE
#include "m.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, MOST = 256 };

static struct {
  char *start, *memory;
  size_t mapped, bytes;
} blocks[MOST];
static int made;
static size_t held;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("line %d: %s\n", __LINE__, #condition);                           \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

/* Ends where a page begins that may not be touched. */
static void *allocate(void *context, size_t bytes, size_t alignment) {
  (void)context;
  CHECK(made < MOST && bytes % alignment == 0);
  size_t whole = (bytes + PAGE - 1) / PAGE * PAGE;
  char *start = mmap(NULL, whole + 2 * PAGE, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(start != MAP_FAILED);
  CHECK(mprotect(start + PAGE, whole, PROT_READ | PROT_WRITE) == 0);
  blocks[made].start = start;
  blocks[made].mapped = whole + 2 * PAGE;
  blocks[made].memory = start + PAGE + whole - bytes;
  blocks[made].bytes = bytes;
  memset(blocks[made].memory, 0xff, bytes);
  held += bytes;
  return blocks[made++].memory;
}

static void release(void *context, void *memory) {
  (void)context;
  for (int i = 0; i < made; ++i) {
    if (blocks[i].memory == memory) {
      held -= blocks[i].bytes;
      CHECK(munmap(blocks[i].start, blocks[i].mapped) == 0);
      blocks[i].memory = NULL;
      return;
    }
  }
  CHECK(!"a block that was never made");
}

static m_model *make(int guarded) {
  kreg_options options = {.size = sizeof options, .threads = 1};
  if (guarded) {
    options.allocate = allocate;
    options.release = release;
  }
  m_model *m;
  CHECK(m_create(&options, &m) == KREG_OK);
  return m;
}

static float *numbers(int64_t count, float scale) {
  float *array = malloc((size_t)count * sizeof *array);
  CHECK(array);
  for (int64_t i = 0; i < count; ++i) {
    array[i] = scale * (float)(i * 37 % 101 - 50) / 50;
  }
  return array;
}

/* The same step with guarded memory and without; evaluation in between. */
static void compare(m_model *m, m_model *other, int64_t batch) {
  const float *inputs[] = {numbers(batch * X, 1)},
              *targets[] = {numbers(batch * T, 0)};
  kreg_step_result result, plain;
  CHECK(m_train_step(m, batch, inputs, targets, NULL, NULL, &result) ==
        KREG_OK);
  CHECK(m_train_step(other, batch, inputs, targets, NULL, NULL, &plain) ==
        KREG_OK);
  CHECK(isfinite(result.loss) && result.loss == plain.loss);
  CHECK(m_evaluate(m, batch, inputs, targets, NULL, NULL, &result) == KREG_OK);
  CHECK(isfinite(result.loss));
  free((void *)inputs[0]);
  free((void *)targets[0]);
}

int main(int argc, char **argv) {
  CHECK(argc > 2);
  int64_t scratch = atoll(argv[1]);
  for (int i = 2; i < argc; ++i) {
    int64_t batch = atoll(argv[i]);
    m_model *other = make(0), *m = make(1);
    compare(m, other, batch);
    /* Each of five blocks is rounded up to 64 bytes. */
    int64_t more = (int64_t)held - m_step_bytes(batch);
    printf("batch %lld: %lld bytes, %lld more than in the header\n",
           (long long)batch, (long long)held, (long long)more);
    CHECK(more >= 0 && more <= scratch + 5 * 63);
    /* Smaller batches may have scratch memory of their own sizes, once. */
    for (int64_t size = batch; size > 0; size /= 2) {
      compare(m, other, size);
    }
    int before = made;
    for (int64_t size = batch; size > 0; size /= 2) {
      compare(m, other, size);
    }
    CHECK(made == before);
    m_destroy(m);
    m_destroy(other);
    CHECK(held == 0);
    made = 0;
  }
  return 0;
}
