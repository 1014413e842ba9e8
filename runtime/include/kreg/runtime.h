/* What every generated library shares with its callers: error codes, options.
 * A generated <model>.h carries these same declarations, so a program needs
 * this file only if it handles several models through one type.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef KREG_RUNTIME_H
#define KREG_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/* [shared declarations] */
#ifndef KREG_RUNTIME_DECLARATIONS
#define KREG_RUNTIME_DECLARATIONS 1

/* The version of the declarations below. It changes when they do; headers of
 * different versions cannot be included in one file. */
#define KREG_RUNTIME_VERSION 3

/* X(NAME, number, what happened) */
#define KREG_ERROR_CODES(X)                                                    \
  X(KREG_OK, 0, "no error")                                                    \
  X(KREG_ERROR_ARGUMENT, 1, "an argument is null or out of range")             \
  X(KREG_ERROR_BATCH, 2, "the batch is negative or too large for this model")  \
  X(KREG_ERROR_MEMORY, 3, "memory could not be allocated")                     \
  X(KREG_ERROR_THREAD, 4, "a thread could not be started")                     \
  X(KREG_ERROR_KERNEL, 5, "a kernel failed: a mistake of the compiler")        \
  X(KREG_ERROR_SELF_TEST, 6, "the self test found other numbers")              \
  X(KREG_ERROR_UNAVAILABLE, 7, "this library was built without that")          \
  X(KREG_ERROR_FILE, 8, "a file could not be read or written")

enum kreg_error {
#define KREG_DECLARE_ERROR(NAME, NUMBER, TEXT) NAME = NUMBER,
  KREG_ERROR_CODES(KREG_DECLARE_ERROR)
#undef KREG_DECLARE_ERROR
  KREG_ERROR_COUNT
};

/* How an instance is made. Fill it with zeros first: zero means the default. */
typedef struct kreg_options {
  size_t size;     /* sizeof(kreg_options) as the caller knows it */
  int32_t threads; /* that work on one call, the caller's included;
                      0: one per processor, 1: no threads are started */

  /* Both or neither. `allocate` gives `bytes` at a multiple of `alignment` (a
   * power of two, at most 64), or NULL; `release` gets what it gave. They are
   * called by the thread that uses the instance and, in a call that has never
   * had so large a batch, by its workers. Default: the C library. */
  void *(*allocate)(void *context, size_t bytes, size_t alignment);
  void (*release)(void *context, void *memory);
  void *allocator_context;

  /* Called once for each error, before the failing function returns. */
  void (*on_error)(void *context, int code, const char *message);
  void *error_context;

  /* Called by the calling thread before each kernel, with its name, and behind
   * the last one of a call with NULL: to see where the time goes. */
  void (*on_kernel)(void *context, const char *kernel);
  void *kernel_context;
} kreg_options;

#endif /* KREG_RUNTIME_DECLARATIONS */
/* [end of shared declarations] */
/* [training declarations] */
#ifndef KREG_TRAINING_DECLARATIONS
#define KREG_TRAINING_DECLARATIONS 1

/* What a step or an evaluation found. Its arrays belong to the instance and
 * stay valid until the instance's next call. */
typedef struct kreg_step_result {
  double loss;             /* the sum of the three below */
  double data_loss;        /* the sum of data_losses */
  double activity_penalty; /* the sum of activity_penalties */
  double weight_penalty;   /* the sum of weight_penalties */

  const double *data_losses;        /* per output, times its loss weight */
  const double *activity_penalties; /* per site, as forward gives them */
  const double *weight_penalties;   /* per weight; 0 where it has none */

  double learning_rate; /* of this step */
  int64_t iteration;    /* steps that were done before it */
} kreg_step_result;

/* A weight, or a variable of the optimizer that belongs to a weight. */
typedef struct kreg_tensor {
  const char *path; /* of the weight: "conv2d/kernel"; "" if it is of none */
  const char *slot; /* of the optimizer: "momentum", "velocity" …; else NULL */
  int32_t trainable, rank;
  const int64_t *shape;
  int64_t elements;
  float *data; /* row-major; may be written between two calls */
} kreg_tensor;

#endif /* KREG_TRAINING_DECLARATIONS */
/* [end of training declarations] */
/* clang-format on */

#ifdef __cplusplus
}
#endif

#endif /* KREG_RUNTIME_H */
