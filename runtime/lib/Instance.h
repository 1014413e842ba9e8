/* What an instance is made of. Only the files of this folder see it.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef KREG_RUNTIME_LIB_INSTANCE_H
#define KREG_RUNTIME_LIB_INSTANCE_H

#include "runtime/lib/Runtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

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

void kreg_pool_init(struct kreg_pool *pool);
int kreg_pool_start(struct kreg_instance *instance);
void kreg_pool_stop(struct kreg_pool *pool);
void *kreg_allocate(struct kreg_instance *instance, size_t bytes);
void kreg_release(struct kreg_instance *instance, void *memory);
void kreg_drop_blocks(struct kreg_instance *instance);

#endif /* KREG_RUNTIME_LIB_INSTANCE_H */
