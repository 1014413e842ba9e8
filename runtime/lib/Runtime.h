/* The runtime inside a generated library: what host code and kernels call.
 * It is linked into each library as LLVM bitcode and made internal there, so
 * none of these names is seen outside of an archive.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef KREG_RUNTIME_LIB_RUNTIME_H
#define KREG_RUNTIME_LIB_RUNTIME_H

#include "runtime/include/kreg/runtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int (*kreg_task)(void *user_context, int index, uint8_t *closure);

struct kreg_instance;

/* Memory that a kernel asked for, kept for the next call. The user's bytes
 * begin KREG_BLOCK_HEADER bytes behind this. */
struct kreg_block {
  struct kreg_block *next;
  size_t bytes;
  struct kreg_worker *owner;
};
enum { KREG_BLOCK_HEADER = 64, KREG_ALIGNMENT = 64, KREG_MAX_THREADS = 256 };

/* One thread of an instance. A kernel's user_context is the worker that runs
 * it, so that no thread-local storage is needed. Number 0 is the caller. */
struct kreg_worker {
  struct kreg_instance *instance;
  struct kreg_block *blocks; /* free ones, guarded by the instance's mutex */
  int number;
};

/* A parallel loop. `open` is its number while workers may join it, else 0; who
 * joins counts itself in `active` first and looks at `open` then. */
struct kreg_pool {
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  pthread_t threads[KREG_MAX_THREADS];
  int started; /* threads beside the caller */
  atomic_int sleepers;
  atomic_int active;
  atomic_uint open;
  atomic_bool stop;
  unsigned last; /* number of the latest loop */
  bool running;  /* a loop is running: the next one is inside it */

  kreg_task task;
  uint8_t *closure;
  int min, size;
  atomic_int next, error;
};

struct kreg_instance {
  /* First, so that an instance is the user_context of its caller. */
  struct kreg_worker caller;
  kreg_options options;
  struct kreg_worker *workers[KREG_MAX_THREADS]; /* [0] is &caller */
  int threads;
  void *arena;
  int64_t arena_bytes;
  pthread_mutex_t blocks;
  struct kreg_pool pool;
  char message[256];
};

/* What generated host code calls. */

int kreg_rt_create(const kreg_options *options, struct kreg_instance **out);
void kreg_rt_destroy(struct kreg_instance *instance);

/* At least `bytes` at a multiple of 64 that stay until a larger number is asked
 * for; NULL if there is no memory (the error is then reported). */
void *kreg_rt_arena(struct kreg_instance *instance, int64_t bytes);

/* Sum in float64: eight lanes, then a tree; the order is that of the index. */
double kreg_rt_sum(const float *values, int64_t count);

/* Each notes and reports a message and returns an error code. */
int kreg_rt_fail(struct kreg_instance *instance, int code, const char *message);
int kreg_rt_fail_batch(struct kreg_instance *instance, int64_t batch,
                       int64_t least, int64_t most);
int kreg_rt_fail_kernel(struct kreg_instance *instance, int status,
                        const char *kernel);

/* The last message; "" if nothing failed or there is no instance. */
const char *kreg_rt_message(const struct kreg_instance *instance);

/* A recorded vector; `inputs` … are arrays of row-major arrays. */
struct kreg_self_test {
  int64_t batch;
  int32_t num_inputs, num_outputs, num_penalties, reserved;
  const float *const *inputs, *const *outputs;
  const int64_t *output_sizes; /* in elements */
  const double *penalties;
  double relative, absolute;
};
typedef int (*kreg_forward)(struct kreg_instance *, int64_t,
                            const float *const *, float *const *, double *);
int kreg_rt_self_test(struct kreg_instance *instance,
                      const struct kreg_self_test *test, kreg_forward forward);

/* What kernels call. */

int halide_do_par_for(void *user_context, kreg_task task, int min, int size,
                      uint8_t *closure);
void *halide_malloc(void *user_context, size_t bytes);
void halide_free(void *user_context, void *memory);
void halide_error(void *user_context, const char *message);

/* Notes what a check of a kernel found; `what` is the name of Halide's error
 * function. Returns a nonzero status. */
int kreg_rt_check_failed(void *user_context, const char *what);

/* Between the files of this folder. */

void kreg_pool_init(struct kreg_pool *pool);
int kreg_pool_start(struct kreg_instance *instance);
void kreg_pool_stop(struct kreg_pool *pool);
void *kreg_allocate(struct kreg_instance *instance, size_t bytes);
void kreg_release(struct kreg_instance *instance, void *memory);
void kreg_drop_blocks(struct kreg_instance *instance);

#ifdef __cplusplus
}
#endif

#endif /* KREG_RUNTIME_LIB_RUNTIME_H */
