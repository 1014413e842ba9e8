/* What a program may get wrong with a training library, and what it may rely
 * on: usage: training-attack FILE
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _DEFAULT_SOURCE
#include "m.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  BATCH = 37,
  PIXELS = 24 * 24 * 3,
  CLASSES = 10,
  KERNEL = 6 * 6 * 3 * 16
};

static float x[BATCH * PIXELS], t[BATCH], y[BATCH * CLASSES];
static const float *const inputs[] = {x}, *const targets[] = {t};
static const char *file;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("line %d: " #condition "\n", __LINE__);                           \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

static m_model *make(int threads) {
  kreg_options options = {.size = sizeof options, .threads = threads};
  m_model *m;
  CHECK(m_create(&options, &m) == KREG_OK);
  return m;
}

static int step(m_model *m, int64_t batch) {
  return m_train_step(m, batch, inputs, targets, NULL, NULL, NULL);
}

/* All weights and variables of the optimizer, as one number. */
static uint64_t fingerprint(m_model *m) {
  uint64_t hash = 1469598103934665603u;
  int (*const lists[])(m_model *, int64_t,
                       kreg_tensor *) = {m_weight, m_optimizer_variable};
  for (int list = 0; list < 2; ++list) {
    kreg_tensor tensor;
    for (int64_t i = 0; lists[list](m, i, &tensor) == KREG_OK; ++i) {
      const unsigned char *bytes = (const unsigned char *)tensor.data;
      for (int64_t b = 0; b < tensor.elements * 4; ++b) {
        hash = (hash ^ bytes[b]) * 1099511628211u;
      }
    }
  }
  return hash;
}

static void test_arguments(void) {
  m_model *m = make(1);
  uint64_t before = fingerprint(m);
  const float *const none[] = {NULL};
  float *no_outputs[] = {NULL};
  kreg_tensor tensor;
  CHECK(step(NULL, 1) == KREG_ERROR_ARGUMENT);
  CHECK(step(m, 0) == KREG_ERROR_BATCH);
  CHECK(step(m, -5) == KREG_ERROR_BATCH);
  CHECK(step(m, INT64_MAX) == KREG_ERROR_BATCH);
  CHECK(m_train_step(m, 1, NULL, targets, NULL, NULL, NULL) != KREG_OK);
  CHECK(m_train_step(m, 1, none, targets, NULL, NULL, NULL) != KREG_OK);
  CHECK(m_train_step(m, 1, inputs, none, NULL, NULL, NULL) != KREG_OK);
  CHECK(strcmp(m_error_message(m), "targets[0] is null") == 0);
  CHECK(m_train_step(m, 1, inputs, targets, NULL, no_outputs, NULL) != KREG_OK);
  CHECK(m_evaluate(NULL, 1, inputs, targets, NULL, NULL, NULL) != KREG_OK);
  CHECK(m_gradients(m, 1, inputs, targets, NULL, NULL, NULL) != KREG_OK);
  CHECK(m_forward(NULL, 1, inputs, no_outputs, NULL) != KREG_OK);
  CHECK(m_weight(m, 4, &tensor) == KREG_ERROR_ARGUMENT);
  CHECK(m_weight(m, 0, NULL) == KREG_ERROR_ARGUMENT);
  CHECK(m_get_weight(m, "conv2d/kernel", y, 3) == KREG_ERROR_ARGUMENT);
  CHECK(m_set_weight(m, "../conv2d", y, 3) == KREG_ERROR_ARGUMENT);
  CHECK(m_set_iteration(m, -1) == KREG_ERROR_ARGUMENT);
  CHECK(m_use_averages(m) == KREG_ERROR_UNAVAILABLE);
  CHECK(m_save(m, NULL) == KREG_ERROR_ARGUMENT);
  CHECK(m_save(m, "/nowhere/at/all") == KREG_ERROR_FILE);
  CHECK(m_load(m, "/nowhere/at/all") == KREG_ERROR_FILE);
  CHECK(m_get_iteration(NULL) == 0 && m_set_seed(NULL, 1) != KREG_OK);
  CHECK(fingerprint(m) == before && m_get_iteration(m) == 0);
  m_destroy(m);
  m_destroy(NULL);
}

static int budget = -1;

static void *allocate(void *context, size_t bytes, size_t alignment) {
  (void)context;
  if (budget == 0) {
    return NULL;
  }
  budget -= budget > 0;
  return aligned_alloc(alignment, bytes);
}
static void release(void *context, void *memory) {
  (void)context;
  free(memory);
}

/* Wherever memory ends, the step changes nothing, and works once there is
 * some. */
static void test_memory(void) {
  kreg_options options = {.size = sizeof options, .threads = 2};
  options.allocate = allocate;
  options.release = release;
  int failed = 0;
  for (int given = 0;; ++given) {
    m_model *m;
    budget = -1;
    CHECK(m_create(&options, &m) == KREG_OK);
    uint64_t before = fingerprint(m);
    budget = given;
    int code = step(m, BATCH);
    budget = -1;
    if (code == KREG_OK) {
      budget = 0; /* a warm step allocates nothing */
      CHECK(step(m, BATCH) == KREG_OK && step(m, BATCH) == KREG_OK);
      budget = -1;
      m_destroy(m);
      break;
    }
    ++failed;
    CHECK(code == KREG_ERROR_MEMORY && fingerprint(m) == before);
    CHECK(step(m, BATCH) == KREG_OK);
    m_destroy(m);
  }
  CHECK(failed > 0);
}

static void test_threads_and_instances(void) {
  uint64_t first = 0;
  for (int threads = 1; threads <= 3; ++threads) {
    m_model *m = make(threads), *other = make(1);
    uint64_t fresh = fingerprint(other);
    m_set_seed(m, 5);
    for (int i = 0; i < 5; ++i) {
      CHECK(step(m, BATCH) == KREG_OK);
    }
    first = first ? first : fingerprint(m);
    CHECK(fingerprint(m) == first && fingerprint(other) == fresh);
    m_destroy(m);
    m_destroy(other);
  }
}

static void test_fork(void) {
  m_model *m = make(2);
  CHECK(step(m, BATCH) == KREG_OK);
  pid_t child = fork();
  if (child == 0) {
    int code = step(m, BATCH);
    m_destroy(m);
    _exit(code);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(step(m, BATCH) == KREG_OK);
  m_destroy(m);
}

static void test_files(void) {
  m_model *whole = make(1), *part = make(1), *rest = make(2);
  for (int i = 0; i < 6; ++i) {
    CHECK(step(whole, BATCH) == KREG_OK);
  }
  CHECK(step(part, BATCH) == KREG_OK && step(part, BATCH) == KREG_OK);
  CHECK(m_save(part, file) == KREG_OK);
  CHECK(m_load(rest, file) == KREG_OK && m_get_iteration(rest) == 2);
  for (int i = 0; i < 4; ++i) {
    CHECK(step(rest, BATCH) == KREG_OK);
  }
  CHECK(fingerprint(whole) == fingerprint(rest));
  CHECK(truncate(file, 100) == 0);
  CHECK(m_load(whole, file) == KREG_ERROR_FILE);
  CHECK(fingerprint(whole) == fingerprint(rest));
  m_destroy(whole);
  m_destroy(part);
  m_destroy(rest);
}

/* Gradients are those of the step that comes, and change nothing. */
static void test_gradients(void) {
  static float g0[KERNEL], g1[16], g2[100000], g3[CLASSES];
  m_model *m = make(1);
  float *gradients[] = {g0, g1, g2, g3};
  kreg_step_result a, b;
  uint64_t before = fingerprint(m);
  CHECK(m_gradients(m, BATCH, inputs, targets, NULL, gradients, &a) == KREG_OK);
  double loss = a.loss;
  CHECK(fingerprint(m) == before && m_get_iteration(m) == 0);
  CHECK(m_train_step(m, BATCH, inputs, targets, NULL, NULL, &b) == KREG_OK);
  CHECK(b.loss == loss && b.iteration == 0);
  double square = 0;
  for (int i = 0; i < KERNEL; ++i) {
    square += (double)g0[i] * (double)g0[i];
  }
  CHECK(square > 0);
  m_destroy(m);
}

int main(int argc, char **argv) {
  uint32_t state = 1;
  CHECK(argc == 2);
  file = argv[1];
  for (int i = 0; i < BATCH * PIXELS; ++i) {
    state = state * 1664525u + 1013904223u;
    x[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
  }
  for (int i = 0; i < BATCH; ++i) {
    t[i] = (float)(i % CLASSES);
  }
  test_arguments();
  test_memory();
  test_threads_and_instances();
  test_fork();
  test_files();
  test_gradients();
  printf("all is well\n");
  return 0;
}
