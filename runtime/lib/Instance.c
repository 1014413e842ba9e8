/* Making and ending an instance, and its errors.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _GNU_SOURCE
#include "runtime/lib/Instance.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int count_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return CPU_COUNT(&set);
  }
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : (int)count;
}

/* Reports an error of an instance that does not exist yet. */
static int refuse(const kreg_options *options, int code, const char *message) {
  if (options->on_error) {
    options->on_error(options->error_context, code, message);
  }
  return code;
}

static int check_options(const kreg_options *options) {
  if (options->threads < 0 || options->threads > KREG_MAX_THREADS) {
    return refuse(options, KREG_ERROR_ARGUMENT,
                  "options.threads is not between 0 and 256");
  }
  if (!options->allocate != !options->release) {
    return refuse(options, KREG_ERROR_ARGUMENT,
                  "options.allocate and options.release need each other");
  }
  return KREG_OK;
}

static int make_workers(struct kreg_instance *instance) {
  instance->workers[0] = &instance->caller;
  instance->caller.instance = instance;
  for (int i = 1; i < instance->threads; ++i) {
    struct kreg_worker *worker = kreg_allocate(instance, sizeof *worker);
    if (!worker) {
      return KREG_ERROR_MEMORY;
    }
    memset(worker, 0, sizeof *worker);
    worker->instance = instance;
    worker->number = i;
    instance->workers[i] = worker;
  }
  return KREG_OK;
}

int kreg_rt_create(const kreg_options *given, struct kreg_instance **out) {
  kreg_options options;
  memset(&options, 0, sizeof options);
  if (given) {
    /* An older caller knows fewer fields. */
    size_t size = given->size != 0 && given->size < sizeof options
                      ? given->size
                      : sizeof options;
    memcpy(&options, given, size);
  }
  if (!out) {
    return refuse(&options, KREG_ERROR_ARGUMENT,
                  "the place for the new instance is null");
  }
  *out = NULL;
  int code = check_options(&options);
  if (code != KREG_OK) {
    return code;
  }
  struct kreg_instance maker = {.options = options};
  struct kreg_instance *instance = kreg_allocate(&maker, sizeof *instance);
  if (!instance) {
    return refuse(&options, KREG_ERROR_MEMORY,
                  "memory for the instance could not be allocated");
  }
  memset(instance, 0, sizeof *instance);
  instance->options = options;
  instance->kernel = "?";
  instance->work = INT64_MAX;
  instance->threads =
      options.threads != 0 ? options.threads : count_processors();
  if (instance->threads > KREG_MAX_THREADS) {
    instance->threads = KREG_MAX_THREADS;
  }
  pthread_mutex_init(&instance->mutex, NULL);
  kreg_pool_init(&instance->pool);
  code = make_workers(instance);
  if (code == KREG_OK) {
    code = kreg_pool_start(instance);
  }
  if (code != KREG_OK) {
    kreg_rt_destroy(instance);
    return refuse(&options, code,
                  code == KREG_ERROR_THREAD
                      ? "a thread could not be started"
                      : "memory for the instance could not be allocated");
  }
  *out = instance;
  return KREG_OK;
}

void kreg_rt_destroy(struct kreg_instance *instance) {
  if (!instance) {
    return;
  }
  kreg_pool_stop(&instance->pool);
  if (instance->release_training) {
    instance->release_training(instance);
  }
  kreg_drop_blocks(instance);
  kreg_release(instance, instance->arena);
  for (int i = 1; i < instance->threads; ++i) {
    kreg_release(instance, instance->workers[i]);
  }
  pthread_mutex_destroy(&instance->mutex);
  struct kreg_instance maker = {.options = instance->options};
  kreg_release(&maker, instance);
}

int kreg_rt_fail(struct kreg_instance *instance, int code,
                 const char *message) {
  if (message != instance->message) {
    snprintf(instance->message, sizeof instance->message, "%s", message);
  }
  return refuse(&instance->options, code, instance->message);
}

int kreg_rt_fail_batch(struct kreg_instance *instance, int64_t batch,
                       int64_t least, int64_t most) {
  snprintf(instance->message, sizeof instance->message,
           "a batch of %lld is not between %lld and %lld", (long long)batch,
           (long long)least, (long long)most);
  return kreg_rt_fail(instance, KREG_ERROR_BATCH, instance->message);
}

static void announce(const kreg_options *options, const char *kernel) {
  if (options->on_kernel) {
    options->on_kernel(options->kernel_context, kernel);
  }
}

void kreg_rt_begin(struct kreg_instance *instance, const char *kernel,
                   int64_t work) {
  instance->kernel = kernel;
  instance->work = work;
  announce(&instance->options, kernel);
}

void kreg_rt_end(struct kreg_instance *instance) {
  announce(&instance->options, NULL);
}

int kreg_rt_fail_kernel(struct kreg_instance *instance, int status) {
  if (status == KREG_STATUS_NO_MEMORY) {
    return kreg_rt_fail(instance, KREG_ERROR_MEMORY,
                        "the memory for this batch could not be allocated");
  }
  char why[160] = "";
  if (instance->message[0] == '!') {
    snprintf(why, sizeof why, ": %.150s", instance->message + 1);
  }
  snprintf(instance->message, sizeof instance->message,
           "kernel '%.60s' failed with status %d%s", instance->kernel, status,
           why);
  return kreg_rt_fail(instance, KREG_ERROR_KERNEL, instance->message);
}

int kreg_leave(struct kreg_worker *worker, int status) {
  if (worker->escape) {
    worker->status = status;
    longjmp(*worker->escape, 1);
  }
  return status;
}

int kreg_rt_guard(struct kreg_instance *instance, int64_t batch,
                  const float *const *inputs, float *const *outputs,
                  double *penalties, kreg_forward run) {
  jmp_buf escape;
  if (setjmp(escape) == 0) {
    instance->caller.escape = &escape;
    int code = run(instance, batch, inputs, outputs, penalties);
    instance->caller.escape = NULL;
    kreg_rt_end(instance);
    return code;
  }
  instance->caller.escape = NULL;
  kreg_rt_end(instance);
  kreg_reclaim_blocks(instance);
  return kreg_rt_fail_kernel(instance, instance->caller.status);
}

const char *kreg_rt_message(const struct kreg_instance *instance) {
  return instance ? instance->message : "";
}

/* Kernels note why they fail behind a '!', in the order of chance if several
 * threads do; kreg_rt_fail_kernel makes a message of it. */
void halide_error(void *user_context, const char *message) {
  struct kreg_instance *instance =
      ((struct kreg_worker *)user_context)->instance;
  pthread_mutex_lock(&instance->mutex);
  snprintf(instance->message, sizeof instance->message, "!%s", message);
  pthread_mutex_unlock(&instance->mutex);
}

int kreg_rt_check_failed(void *user_context, const char *what) {
  halide_error(user_context, what);
  return -1;
}
