/* What an instance is made of. Only the files of this folder see it.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef KREG_RUNTIME_LIB_INSTANCE_H
#define KREG_RUNTIME_LIB_INSTANCE_H

#include "runtime/lib/Runtime.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Memory that a kernel asked for, kept for the next call. The user's bytes
 * begin KREG_BLOCK_HEADER bytes behind this. */
struct kreg_block {
  struct kreg_block *next;    /* free ones of the same worker */
  struct kreg_block *sibling; /* all of the instance */
  size_t bytes;
  struct kreg_worker *owner;
};
enum { KREG_BLOCK_HEADER = 64, KREG_ALIGNMENT = 64, KREG_MAX_THREADS = 256 };

/* One thread of an instance. A kernel's user_context is the worker that runs
 * it, so that no thread-local storage is needed. Number 0 is the caller.
 *
 * Kernels of release builds do not look at what the functions of the runtime
 * return. So a failure inside a kernel jumps to `escape`, past its frames. */
struct kreg_worker {
  struct kreg_instance *instance;
  struct kreg_block *blocks; /* free ones, guarded by the instance's mutex */
  jmp_buf *escape;           /* NULL outside of kernels */
  int status;                /* why it was left */
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
  pid_t process; /* that has the threads; a fork of it has none */

  kreg_task task;
  uint8_t *closure;
  int min;
  unsigned size;
  unsigned control; /* the caller's rounding mode and treatment of denormals */
  atomic_uint next;
  atomic_int error;
};

struct kreg_instance {
  /* First, so that an instance is the user_context of its caller. */
  struct kreg_worker caller;
  kreg_options options;
  struct kreg_worker *workers[KREG_MAX_THREADS]; /* [0] is &caller */
  int threads;
  void *arena;
  int64_t arena_bytes;
  pthread_mutex_t mutex;        /* of blocks and messages of kernels */
  struct kreg_block *allBlocks; /* free or not */
  struct kreg_pool pool;
  const char *kernel; /* that runs; NULL if none has yet */
  int64_t work;       /* its estimated time on one thread in nanoseconds */
  char message[256];

  /* Of a training library; else NULL, so that others do not carry it. */
  struct kreg_state *training;
  void (*release_training)(struct kreg_instance *instance);
};

void kreg_pool_init(struct kreg_pool *pool);
int kreg_pool_start(struct kreg_instance *instance);
void kreg_pool_stop(struct kreg_pool *pool);
void *kreg_allocate(struct kreg_instance *instance, size_t bytes);
void kreg_release(struct kreg_instance *instance, void *memory);
void kreg_drop_blocks(struct kreg_instance *instance);
/* After a failure, when no kernel runs: its memory is free again. */
void kreg_reclaim_blocks(struct kreg_instance *instance);
/* Ends the kernel that `worker` runs, or returns `status` where none does. */
int kreg_leave(struct kreg_worker *worker, int status);

#endif /* KREG_RUNTIME_LIB_INSTANCE_H */
