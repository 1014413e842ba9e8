/* A library under a careless program: options out of range, no memory at any
 * moment, instances made and ended in many threads, forks, signals, buffers
 * that overlap.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _GNU_SOURCE
#include "m.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("line %d: %s\n", __LINE__, #condition);                           \
      ++failures;                                                              \
    }                                                                          \
  } while (0)

enum { BATCH = 9, INPUT = 24 * 24 * 3, OUTPUT = 10 };
static float image[BATCH * INPUT], wanted[BATCH * OUTPUT], wanted_one[OUTPUT];
static double wanted_penalty;

static int run(m_model *m, int64_t batch, float *result, double *penalty) {
  const float *inputs[M_INPUTS] = {image};
  float *outputs[M_OUTPUTS] = {result};
  return m_forward(m, batch, inputs, outputs, penalty);
}

static int is_right(m_model *m) {
  float result[BATCH * OUTPUT];
  double penalty = 0;
  return run(m, BATCH, result, &penalty) == KREG_OK &&
         memcmp(result, wanted, sizeof result) == 0 &&
         penalty == wanted_penalty;
}

static m_model *make(int threads) {
  kreg_options options = {0};
  options.threads = threads;
  m_model *m = NULL;
  CHECK(m_create(&options, &m) == KREG_OK && m);
  return m;
}

static void check_options(void) {
  static const int bad[] = {-1, 257, 1000, INT32_MAX, INT32_MIN};
  m_model *m;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    kreg_options options = {0};
    options.threads = bad[i];
    CHECK(m_create(&options, &m) == KREG_ERROR_ARGUMENT && m == NULL);
  }
  m_model *all = make(0), *most = make(256);
  CHECK(is_right(all) && is_right(most));
  m_destroy(all);
  m_destroy(most);
  /* A caller of a later version has more fields. */
  struct {
    kreg_options known;
    char more[64];
  } later;
  memset(&later, 0xff, sizeof later);
  memset(&later.known, 0, sizeof later.known);
  later.known.size = sizeof later;
  later.known.threads = 2;
  CHECK(m_create(&later.known, &m) == KREG_OK && is_right(m));
  m_destroy(m);
}

/* Fails at the request number `at`, once or from then on. */
struct failing {
  pthread_mutex_t mutex;
  int calls, live, at, always;
};

static void *failing_allocate(void *context, size_t bytes, size_t alignment) {
  struct failing *f = context;
  pthread_mutex_lock(&f->mutex);
  int number = f->calls++;
  int fails = number == f->at || (f->always && number > f->at);
  f->live += !fails;
  pthread_mutex_unlock(&f->mutex);
  return fails ? NULL : aligned_alloc(alignment, bytes);
}

static void failing_release(void *context, void *memory) {
  struct failing *f = context;
  pthread_mutex_lock(&f->mutex);
  --f->live;
  pthread_mutex_unlock(&f->mutex);
  free(memory);
}

static int reports;
static void on_error(void *context, int code, const char *message) {
  CHECK(code == KREG_ERROR_MEMORY && strstr(message, "memory"));
  ++*(int *)context;
}

/* Memory ends at each request in turn: of an instance, of the arena, of
 * kernels. The instance goes on working when there is memory again. */
static void check_memory(int threads, int always) {
  struct failing f = {PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, always};
  kreg_options options = {0};
  options.threads = threads;
  options.allocate = failing_allocate;
  options.release = failing_release;
  options.allocator_context = &f;
  options.on_error = on_error;
  options.error_context = &reports;
  int failed = 0, done = 0;
  for (int at = 0; !done && at < 200; ++at) {
    f.calls = 0;
    f.at = at;
    f.always = always;
    m_model *m;
    float result[BATCH * OUTPUT];
    double penalty;
    reports = 0;
    int code = m_create(&options, &m);
    if (code == KREG_OK) {
      code = run(m, BATCH, result, &penalty);
      done = code == KREG_OK && f.calls <= at;
      f.at = 1 << 30;
      f.always = 0;
      CHECK(is_right(m));
      int calls = f.calls;
      CHECK(is_right(m) && f.calls == calls);
    }
    CHECK(code == KREG_OK || code == KREG_ERROR_MEMORY);
    CHECK(reports == (code != KREG_OK));
    failed += code != KREG_OK;
    m_destroy(m);
    CHECK(f.live == 0);
  }
  CHECK(done && failed >= threads + 1);
}

static void *come_and_go(void *argument) {
  for (int i = 0; i < 40; ++i) {
    m_model *m = make(1 + (i + *(int *)argument) % 4);
    CHECK(is_right(m));
    float result[OUTPUT];
    CHECK(run(m, -1, result, NULL) == KREG_ERROR_BATCH);
    CHECK(run(m, INT64_MAX, result, NULL) == KREG_ERROR_BATCH);
    CHECK(run(m, (int64_t)M_MAX_BATCH + 1, result, NULL) == KREG_ERROR_BATCH);
    CHECK(run(m, 1, NULL, NULL) == KREG_ERROR_ARGUMENT);
    CHECK(run(m, 1, result, NULL) == KREG_OK);
    CHECK(memcmp(result, wanted_one, sizeof result) == 0);
    m_destroy(m);
  }
  return NULL;
}

static void check_threads(void) {
  pthread_t threads[6];
  int numbers[6];
  for (int i = 0; i < 6; ++i) {
    numbers[i] = i;
    CHECK(pthread_create(&threads[i], NULL, come_and_go, &numbers[i]) == 0);
  }
  for (int i = 0; i < 6; ++i) {
    pthread_join(threads[i], NULL);
  }
}

/* A child of fork has an instance, but not its threads. */
static void check_fork(void) {
  m_model *m = make(3);
  CHECK(is_right(m));
  pid_t child = fork();
  if (child == 0) {
    alarm(20);
    int right = is_right(m);
    m_destroy(m);
    m_model *own = make(3);
    right = right && is_right(own);
    m_destroy(own);
    _exit(right ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(is_right(m));
  m_destroy(m);
}

static pthread_t main_thread;
static volatile sig_atomic_t elsewhere, signals;
static void on_signal(int number) {
  (void)number;
  signals = signals + 1;
  if (!pthread_equal(pthread_self(), main_thread)) {
    elsewhere = 1;
  }
}

/* The program's signals do not reach the library's threads. */
static void check_signals(void) {
  main_thread = pthread_self();
  struct sigaction action = {0};
  action.sa_handler = on_signal;
  sigaction(SIGUSR1, &action, NULL);
  m_model *m = make(4);
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, &before);
  kill(getpid(), SIGUSR1);
  CHECK(is_right(m));
  usleep(1000);
  CHECK(signals == 0);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  CHECK(signals == 1 && !elsewhere);
  m_destroy(m);
}

/* Numbers are then open, but nothing else happens. */
static void check_overlap(void) {
  static float both[BATCH * INPUT];
  const float *inputs[M_INPUTS] = {both};
  m_model *m = make(2);
  for (int shift = 0; shift < 20; ++shift) {
    float *outputs[M_OUTPUTS] = {both + shift};
    CHECK(m_forward(m, BATCH, inputs, outputs, NULL) == KREG_OK);
  }
  CHECK(is_right(m));
  m_destroy(m);
}

int main(void) {
  uint32_t state = 7;
  for (int i = 0; i < BATCH * INPUT; ++i) {
    state = state * 1664525u + 1013904223u;
    image[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
  }
  m_model *m = make(1);
  CHECK(run(m, BATCH, wanted, &wanted_penalty) == KREG_OK);
  CHECK(wanted_penalty > 0);
  /* Another batch may have another kernel, with sums in another order. */
  CHECK(run(m, 1, wanted_one, NULL) == KREG_OK);
  m_destroy(m);
  check_options();
  for (int threads = 1; threads <= 3; threads += 2) {
    check_memory(threads, 0);
    check_memory(threads, 1);
  }
  check_threads();
  check_fork();
  check_signals();
  check_overlap();
  printf(failures ? "%d checks failed\n" : "all right\n", failures);
  return failures != 0;
}
