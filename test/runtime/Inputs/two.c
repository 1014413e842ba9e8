/* Two libraries in one program: the API, its errors, its memory.
 * Link with --wrap for malloc, calloc, realloc and aligned_alloc.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "alpha.h"
#include "beta.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("line %d: %s\n", __LINE__, #condition);                           \
      ++failures;                                                              \
    }                                                                          \
  } while (0)

/* Every allocation of the program, by whoever. */
static long allocations;
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t m);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t a, size_t n);
void *__wrap_malloc(size_t n) { return ++allocations, __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t m) {
  return ++allocations, __real_calloc(n, m);
}
void *__wrap_realloc(void *p, size_t n) {
  return ++allocations, __real_realloc(p, n);
}
void *__wrap_aligned_alloc(size_t a, size_t n) {
  return ++allocations, __real_aligned_alloc(a, n);
}

enum { MOST = 33, PIXELS = 12 * 12 * 2, FLAT = 720, CLASSES = 5 };

struct alpha_result {
  float classes[MOST * CLASSES], flat[MOST * FLAT];
  double penalties[ALPHA_PENALTIES];
};

static float image[MOST * PIXELS];

static void fill(float *x, int n) {
  uint32_t state = 1;
  for (int i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    x[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
  }
}

static int run_alpha(alpha_model *m, int64_t batch, struct alpha_result *r) {
  const float *inputs[ALPHA_INPUTS] = {image};
  float *outputs[ALPHA_OUTPUTS] = {r->classes, r->flat};
  memset(r, 0xee, sizeof *r);
  return alpha_forward(m, batch, inputs, outputs, r->penalties);
}

/* The model once more, in the plainest C. */
static double reference_alpha(int64_t batch, struct alpha_result *r) {
  static float act[12][12][20];
  double p = 0, q = 0, worst = 0;
  for (int64_t n = 0; n < batch; ++n) {
    const float *x = image + n * PIXELS;
    for (int i = 0; i < 12; ++i) {
      for (int j = 0; j < 12; ++j) {
        double sum = 0.125;
        for (int a = i - 1; a <= i + 1; ++a) {
          for (int b = j - 1; b <= j + 1; ++b) {
            if (a >= 0 && a < 12 && b >= 0 && b < 12) {
              sum += (x[(a * 12 + b) * 2] + x[(a * 12 + b) * 2 + 1]) * 0.0625;
            }
          }
        }
        for (int c = 0; c < 20; ++c) {
          act[i][j][c] = sum > 0 ? (float)sum : 0;
          p += act[i][j][c] * (0.01 + 0.02 * act[i][j][c]);
        }
      }
    }
    for (int i = 0; i < FLAT; ++i) {
      int row = i / 120 * 2, column = i / 20 % 6 * 2, c = i % 20;
      float most =
          fmaxf(fmaxf(act[row][column][c], act[row][column + 1][c]),
                fmaxf(act[row + 1][column][c], act[row + 1][column + 1][c]));
      q += 0.001 * most * most;
      worst = fmax(worst, fabs(most - r->flat[n * FLAT + i]));
    }
    for (int i = 0; i < CLASSES; ++i) {
      worst = fmax(worst, fabs(0.2 - r->classes[n * CLASSES + i]));
    }
  }
  worst = fmax(worst, fabs(p / (double)batch - r->penalties[0]) /
                          (1 + p / (double)batch));
  worst = fmax(worst, fabs(q - r->penalties[1]) / (1 + q));
  return fmax(worst, fabs(0.5 - r->penalties[2]));
}

static void check_growing_batches(int threads) {
  static struct alpha_result r;
  kreg_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.threads = threads;
  alpha_model *m = NULL;
  CHECK(alpha_create(&options, &m) == KREG_OK);
  for (int64_t batch = 1; batch <= MOST; ++batch) {
    CHECK(run_alpha(m, batch, &r) == KREG_OK);
    CHECK(reference_alpha(batch, &r) < 1e-5);
  }
  long before = allocations;
  for (int64_t batch = MOST; batch >= 0; --batch) {
    CHECK(run_alpha(m, batch, &r) == KREG_OK);
  }
  CHECK(allocations == before);
  CHECK(r.penalties[0] == 0 && r.penalties[1] == 0);
  CHECK(alpha_self_test(m) == KREG_OK);
  CHECK(strcmp(alpha_error_message(m), "") == 0);
  alpha_destroy(m);
}

/* Results may not depend on the number of threads. */
static void check_threads(void) {
  static struct alpha_result one, many;
  kreg_options options;
  memset(&options, 0, sizeof options);
  alpha_model *a, *b;
  options.threads = 1;
  CHECK(alpha_create(&options, &a) == KREG_OK);
  CHECK(run_alpha(a, MOST, &one) == KREG_OK);
  for (options.threads = 2; options.threads <= 4; ++options.threads) {
    CHECK(alpha_create(&options, &b) == KREG_OK);
    for (int i = 0; i < 20; ++i) {
      CHECK(run_alpha(b, MOST, &many) == KREG_OK);
      CHECK(memcmp(&one, &many, sizeof one) == 0);
    }
    alpha_destroy(b);
  }
  alpha_destroy(a);
}

/* An allocator that counts, and fails from the `left`th request on. */
struct counter {
  int live, calls, left;
};

static void *count_allocate(void *context, size_t bytes, size_t alignment) {
  struct counter *counter = context;
  if (counter->left == 0) {
    return NULL;
  }
  --counter->left;
  ++counter->live;
  ++counter->calls;
  return __real_aligned_alloc(alignment,
                              (bytes + alignment - 1) / alignment * alignment);
}

static void count_release(void *context, void *memory) {
  --((struct counter *)context)->live;
  free(memory);
}

static int reported;
static void on_error(void *context, int code, const char *message) {
  (void)message;
  *(int *)context = code;
}

static void check_allocator(void) {
  static struct alpha_result r;
  kreg_options options;
  memset(&options, 0, sizeof options);
  options.threads = 2;
  struct counter counter;
  options.allocate = count_allocate;
  options.release = count_release;
  options.allocator_context = &counter;
  options.on_error = on_error;
  options.error_context = &reported;
  alpha_model *m = NULL;
  int done = 0;
  for (int left = 0; !done && left < 100; ++left) {
    counter = (struct counter){0, 0, left};
    reported = 0;
    long before = allocations;
    int code = alpha_create(&options, &m);
    if (code != KREG_OK) {
      CHECK(code == KREG_ERROR_MEMORY && m == NULL);
      CHECK(reported == KREG_ERROR_MEMORY);
    } else {
      code = run_alpha(m, 3, &r);
      if (code == KREG_OK) {
        int calls = counter.calls;
        CHECK(run_alpha(m, 3, &r) == KREG_OK && counter.calls == calls);
        done = 1;
      } else {
        CHECK(code == KREG_ERROR_MEMORY && reported == code);
        CHECK(strstr(alpha_error_message(m), "memory"));
        /* Later, when there is memory, the instance still works. */
        counter.left = 100;
        CHECK(run_alpha(m, 3, &r) == KREG_OK);
      }
      alpha_destroy(m);
    }
    CHECK(counter.live == 0);
    /* What pthread_create allocates itself does not come through here. */
    CHECK(allocations == before);
  }
  CHECK(done);
  options.release = NULL;
  CHECK(alpha_create(&options, &m) == KREG_ERROR_ARGUMENT);
}

static void check_beta(void) {
  float x[9] = {1, 2, 3, -1, 0.5f, 2, 0.25f, 4, 1};
  float z[15] = {0}, add[15], same[15], copy[9];
  static const float wanted[15] = {0, 3.5f, 0,     10, 8.5f,  0,  0,    0,
                                   0, 0,    1.75f, 0,  0.25f, 10, 2.75f};
  const float *inputs[] = {x, z};
  float *outputs[] = {add, same, copy};
  double penalty;
  beta_model *m, *other;
  CHECK(beta_create(NULL, &m) == KREG_OK);
  CHECK(beta_create(NULL, &other) == KREG_OK);
  /* Batches of 1 and 2 and of 3 run different kernels. */
  for (int batch = 1; batch <= 3; ++batch) {
    CHECK(beta_forward(m, batch, inputs, outputs, &penalty) == KREG_OK);
    double sum = 0;
    for (int i = 0; i < 5 * batch; ++i) {
      CHECK(fabsf(add[i] - wanted[i]) < 1e-5f && add[i] == same[i]);
      sum += wanted[i] * (0.01 + 0.02 * wanted[i]);
    }
    CHECK(fabs(penalty - sum / batch) < 1e-6);
    CHECK(memcmp(copy, x, (size_t)batch * 3 * sizeof *x) == 0);
  }
  CHECK(beta_forward(other, 3, inputs, outputs, NULL) == KREG_OK);
  CHECK(beta_self_test(m) == KREG_OK && beta_self_test(other) == KREG_OK);
  beta_destroy(m);
  CHECK(beta_forward(other, 1, inputs, outputs, &penalty) == KREG_OK);
  beta_destroy(other);
}

static void check_errors(void) {
  static struct alpha_result r;
  const float *inputs[] = {image}, *no_inputs[] = {NULL};
  float *outputs[] = {r.classes, NULL};
  kreg_options options;
  memset(&options, 0, sizeof options);
  options.on_error = on_error;
  options.error_context = &reported;
  options.threads = -1;
  alpha_model *m = NULL;
  CHECK(alpha_create(&options, &m) == KREG_ERROR_ARGUMENT && !m);
  CHECK(reported == KREG_ERROR_ARGUMENT);
  options.threads = 1;
  CHECK(alpha_create(&options, NULL) == KREG_ERROR_ARGUMENT);
  CHECK(alpha_create(&options, &m) == KREG_OK);
  reported = 0;
  CHECK(run_alpha(m, -1, &r) == KREG_ERROR_BATCH);
  CHECK(reported == KREG_ERROR_BATCH);
  CHECK(strstr(alpha_error_message(m), "-1"));
  CHECK(run_alpha(m, (int64_t)ALPHA_MAX_BATCH + 1, &r) == KREG_ERROR_BATCH);
  CHECK(run_alpha(m, INT64_MAX, &r) == KREG_ERROR_BATCH);
  CHECK(run_alpha(m, INT64_MIN, &r) == KREG_ERROR_BATCH);
  CHECK(alpha_forward(m, 1, NULL, outputs, NULL) == KREG_ERROR_ARGUMENT);
  CHECK(strcmp(alpha_error_message(m), "inputs is null") == 0);
  CHECK(alpha_forward(m, 1, no_inputs, outputs, NULL) == KREG_ERROR_ARGUMENT);
  CHECK(strcmp(alpha_error_message(m), "inputs[0] is null") == 0);
  CHECK(alpha_forward(m, 1, inputs, outputs, NULL) == KREG_ERROR_ARGUMENT);
  CHECK(strcmp(alpha_error_message(m), "outputs[1] is null") == 0);
  CHECK(alpha_forward(NULL, 1, inputs, outputs, NULL) == KREG_ERROR_ARGUMENT);
  CHECK(alpha_forward(m, 0, NULL, NULL, NULL) == KREG_OK);
  CHECK(strcmp(alpha_error_message(NULL), "") == 0);
  alpha_destroy(m);
  alpha_destroy(NULL);
}

int main(void) {
  fill(image, MOST * PIXELS);
  check_growing_batches(1);
  check_growing_batches(3);
  check_threads();
  check_allocator();
  check_beta();
  check_errors();
  printf(failures ? "%d checks failed\n" : "all right\n", failures);
  return failures != 0;
}
