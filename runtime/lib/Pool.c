/* Parallel loops on the threads of one instance.
 *
 * One loop runs at a time; a loop inside a loop runs in place. Which thread
 * takes which index is open, so results may not depend on it.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _GNU_SOURCE
#include "runtime/lib/Instance.h"

#include <sched.h>

/* How long a worker looks for the next loop before it sleeps: some tens of
 * microseconds, the time of the serial part between two kernels. */
enum { SPINS_BEFORE_SLEEP = 1000, SPINS_BEFORE_YIELD = 1000 };

static void pause_cpu(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void run_tasks(struct kreg_pool *pool, struct kreg_worker *worker) {
  for (;;) {
    int index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (index >= pool->size) {
      return;
    }
    int status = pool->task(worker, pool->min + index, pool->closure);
    if (status != 0) {
      int none = 0;
      atomic_compare_exchange_strong(&pool->error, &none, status);
    }
  }
}

/* Waits until a loop other than number `done` is open; 0 when it is time to
 * end. */
static unsigned wait_for_loop(struct kreg_pool *pool, unsigned done) {
  for (int i = 0; i < SPINS_BEFORE_SLEEP; ++i) {
    unsigned open = atomic_load(&pool->open);
    if (open != 0 && open != done) {
      return open;
    }
    pause_cpu();
  }
  unsigned open = 0;
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleepers, 1);
  while (!atomic_load(&pool->stop)) {
    open = atomic_load(&pool->open);
    if (open != 0 && open != done) {
      break;
    }
    open = 0;
    pthread_cond_wait(&pool->wake, &pool->mutex);
  }
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
  return open;
}

static void *work(void *argument) {
  struct kreg_worker *worker = argument;
  struct kreg_pool *pool = &worker->instance->pool;
  unsigned done = 0;
  while ((done = wait_for_loop(pool, done)) != 0) {
    atomic_fetch_add(&pool->active, 1);
    /* The loop may have ended since; another one is as good. */
    unsigned open = atomic_load(&pool->open);
    if (open != 0) {
      done = open;
      run_tasks(pool, worker);
    }
    atomic_fetch_sub(&pool->active, 1);
  }
  return NULL;
}

void kreg_pool_init(struct kreg_pool *pool) {
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
}

int kreg_pool_start(struct kreg_instance *instance) {
  struct kreg_pool *pool = &instance->pool;
  for (int i = 1; i < instance->threads; ++i) {
    if (pthread_create(&pool->threads[i], NULL, work, instance->workers[i])) {
      return KREG_ERROR_THREAD;
    }
    ++pool->started;
  }
  return KREG_OK;
}

void kreg_pool_stop(struct kreg_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->stop, true);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
  for (int i = 1; i <= pool->started; ++i) {
    pthread_join(pool->threads[i], NULL);
  }
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
}

static int run_in_place(struct kreg_worker *worker, kreg_task task, int min,
                        int size, uint8_t *closure) {
  for (int i = 0; i < size; ++i) {
    int status = task(worker, min + i, closure);
    if (status != 0) {
      return status;
    }
  }
  return 0;
}

/* Lets workers in, works too, and returns when the last one has left. */
static int run_shared(struct kreg_pool *pool, struct kreg_worker *worker) {
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->error, 0, memory_order_relaxed);
  pool->last = pool->last == UINT32_MAX ? 1 : pool->last + 1;
  pool->running = true;
  atomic_store(&pool->open, pool->last);
  if (atomic_load(&pool->sleepers) != 0) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
  }
  run_tasks(pool, worker);
  atomic_store(&pool->open, 0);
  for (int i = 0; atomic_load(&pool->active) != 0; ++i) {
    if (i < SPINS_BEFORE_YIELD) {
      pause_cpu();
    } else {
      sched_yield();
    }
  }
  pool->running = false;
  return atomic_load(&pool->error);
}

int halide_do_par_for(void *user_context, kreg_task task, int min, int size,
                      uint8_t *closure) {
  struct kreg_worker *worker = user_context;
  struct kreg_pool *pool = &worker->instance->pool;
  bool inside = worker->number != 0 || pool->running;
  if (size <= 1 || pool->started == 0 || inside) {
    return run_in_place(worker, task, min, size, closure);
  }
  pool->task = task;
  pool->closure = closure;
  pool->min = min;
  pool->size = size;
  return run_shared(pool, worker);
}
