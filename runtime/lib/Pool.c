/* Parallel loops on the threads of one instance.
 *
 * One loop runs at a time; a loop inside a loop runs in place. Which thread
 * takes which index is open, so results may not depend on it.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _GNU_SOURCE
#include "runtime/lib/Instance.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

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

/* Results may not depend on which thread computes them, and threads have
 * registers that say how: rounding, denormals. */
static unsigned get_control(void) {
#if defined(__SSE__)
  return __builtin_ia32_stmxcsr();
#else
  return 0;
#endif
}

static void set_control(unsigned control) {
#if defined(__SSE__)
  __builtin_ia32_ldmxcsr(control);
#else
  (void)control;
#endif
}

static void note_error(struct kreg_pool *pool, int status) {
  int none = 0;
  atomic_compare_exchange_strong(&pool->error, &none, status);
}

/* Takes tasks while there are any and none has failed. */
static void run_tasks(struct kreg_pool *pool, struct kreg_worker *worker) {
  jmp_buf escape;
  jmp_buf *outer = worker->escape;
  if (setjmp(escape) == 0) {
    worker->escape = &escape;
    while (atomic_load_explicit(&pool->error, memory_order_relaxed) == 0) {
      unsigned index =
          atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
      if (index >= pool->size) {
        break;
      }
      int at = (int)((unsigned)pool->min + index);
      int status = pool->task(worker, at, pool->closure);
      if (status != 0) {
        note_error(pool, status);
      }
    }
  } else {
    note_error(pool, worker->status);
  }
  worker->escape = outer;
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
      set_control(pool->control);
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
  pool->process = getpid();
  /* The program's signals are for its own threads. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int code = KREG_OK;
  for (int i = 1; i < instance->threads && code == KREG_OK; ++i) {
    if (pthread_create(&pool->threads[i], NULL, work, instance->workers[i])) {
      code = KREG_ERROR_THREAD;
    } else {
      ++pool->started;
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code;
}

void kreg_pool_stop(struct kreg_pool *pool) {
  if (pool->started != 0 && pool->process != getpid()) {
    return; /* the threads, and who held the mutex, are in the parent */
  }
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
      return kreg_leave(worker, status);
    }
  }
  return 0;
}

/* Whether sharing a kernel of `work` nanoseconds is faster than not: what it
 * takes to reach a thread that spins, and to wake one that sleeps. */
static bool is_worth(struct kreg_pool *pool, int64_t work) {
  enum { LEAST_SPINNING = 4000, LEAST_SLEEPING = 40000 };
  return work >= LEAST_SLEEPING ||
         (work >= LEAST_SPINNING &&
          atomic_load(&pool->sleepers) < pool->started);
}

static void wake_workers(struct kreg_pool *pool) {
  if (atomic_load(&pool->sleepers) != 0) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
  }
}

/* Lets workers in, works too, and returns when the last one has left. */
static int run_shared(struct kreg_pool *pool, struct kreg_worker *worker) {
  pool->control = get_control();
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->error, 0, memory_order_relaxed);
  pool->last = pool->last == UINT32_MAX ? 1 : pool->last + 1;
  pool->running = true;
  atomic_store(&pool->open, pool->last);
  wake_workers(pool);
  run_tasks(pool, worker);
  atomic_store(&pool->open, 0);
  for (int spins = 0; atomic_load(&pool->active) != 0;) {
    if (spins < SPINS_BEFORE_YIELD) {
      ++spins;
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
  if (size <= 1 || pool->started == 0 || inside ||
      !is_worth(pool, worker->instance->work)) {
    return run_in_place(worker, task, min, size, closure);
  }
  pool->task = task;
  pool->closure = closure;
  pool->min = min;
  pool->size = (unsigned)size;
  int status = run_shared(pool, worker);
  return status == 0 ? 0 : kreg_leave(worker, status);
}
