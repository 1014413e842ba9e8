/* The distributions of all random layers, of the library of noise.keras.
 *
 * Bounds are five standard errors of what is estimated: a right library fails
 * one of its some thirty checks in a hundred thousand runs with random seeds,
 * and none with the seeds below.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "noise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 64, STEPS_AXIS = 40, CHANNELS = 25, OUTPUTS = 9 };
enum { SIZE = BATCH * STEPS_AXIS * CHANNELS, DENSE = BATCH * STEPS_AXIS * 2 };

static float x[SIZE];
static int failures;

static void expect(const char *what, double found, double wanted,
                   double error) {
  if (!(fabs(found - wanted) <= 5 * error)) {
    printf("%s: %g, not %g within 5 times %g\n", what, found, wanted, error);
    ++failures;
  }
}

static void expect_true(const char *what, int holds) {
  if (!holds) {
    printf("%s: no\n", what);
    ++failures;
  }
}

typedef struct {
  float *outputs[OUTPUTS];
} step_outputs;

static step_outputs make_outputs(void) {
  step_outputs s;
  for (int i = 0; i < OUTPUTS; ++i) {
    s.outputs[i] = malloc((i == 6 ? DENSE : SIZE) * sizeof(float));
  }
  return s;
}

/* The outputs of the step `iteration` with that seed. */
static step_outputs run(int threads, uint64_t seed, int64_t iteration) {
  step_outputs s = make_outputs();
  kreg_options options = {.size = sizeof options, .threads = threads};
  noise_model *m;
  if (noise_create(&options, &m) != KREG_OK) {
    exit(2);
  }
  const float *inputs[] = {x};
  const float *targets[] = {x, x, x, x, x, x, x, x, x};
  noise_set_seed(m, seed);
  noise_set_iteration(m, iteration);
  kreg_step_result r;
  if (noise_train_step(m, BATCH, inputs, targets, NULL, s.outputs, &r)) {
    printf("train_step: %s\n", noise_error_message(m));
    exit(2);
  }
  noise_destroy(m);
  return s;
}

static double mean(const float *y, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += (double)y[i];
  }
  return sum / n;
}

static double variance(const float *y, int n) {
  double middle = mean(y, n), sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += ((double)y[i] - middle) * ((double)y[i] - middle);
  }
  return sum / n;
}

/* Correlation of y[i] with z[i], both of mean 0 after subtraction. */
static double correlation(const float *y, const float *z, int n) {
  double my = mean(y, n), mz = mean(z, n), sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += ((double)y[i] - my) * ((double)z[i] - mz);
  }
  return sum / n / sqrt(variance(y, n) * variance(z, n));
}

/* Of an input of ones: y is 0 with the rate, else 1/(1-rate); `equal` elements
 * in a row along the axis of steps share their draw. */
static void check_dropout(const char *what, const float *y, double rate,
                          int is_shared) {
  double kept = 1 / (1 - rate);
  int dropped = 0, other = 0, mixed = 0;
  for (int i = 0; i < SIZE; ++i) {
    dropped += y[i] == 0;
    other += y[i] != 0 && fabs((double)y[i] - kept) > 1e-6;
    int first = i / (STEPS_AXIS * CHANNELS) * (STEPS_AXIS * CHANNELS);
    mixed += is_shared && y[i] != y[first + i % CHANNELS];
  }
  int draws = is_shared ? BATCH * CHANNELS : SIZE;
  expect(what, (double)dropped / SIZE, rate, sqrt(rate * (1 - rate) / draws));
  expect_true("kept elements are scaled", other == 0);
  expect_true("the shape of the noise is kept", mixed == 0);
}

static void check_normal(const char *what, const float *y, double middle,
                         double deviation) {
  double n = SIZE, v = deviation * deviation;
  expect(what, mean(y, SIZE), middle, deviation / sqrt(n));
  expect(what, variance(y, SIZE), v, v * sqrt(2 / n));
  /* The share below one deviation, and the fourth moment: it is a bell. */
  int inside = 0;
  double fourth = 0;
  for (int i = 0; i < SIZE; ++i) {
    double z = ((double)y[i] - middle) / deviation;
    inside += fabs(z) < 1;
    fourth += z * z * z * z;
  }
  expect(what, inside / n, 0.6826894921, sqrt(0.6827 * 0.3173 / n));
  expect(what, fourth / n, 3, sqrt(96 / n));
}

static void check_alpha(const float *y, double rate) {
  const double dropped = -1.7580993408473766;
  double a = 1 / sqrt((1 - rate) * (1 + rate * dropped * dropped));
  double low = a * dropped - a * dropped * rate, high = a - a * dropped * rate;
  int lows = 0, others = 0;
  for (int i = 0; i < SIZE; ++i) {
    int is_low = fabs((double)y[i] - low) < 1e-5;
    lows += is_low;
    others += !is_low && fabs((double)y[i] - high) > 1e-5;
  }
  expect("alpha dropout", (double)lows / SIZE, rate,
         sqrt(rate * (1 - rate) / SIZE));
  expect_true("alpha dropout has two values", others == 0);
}

int main(void) {
  for (int i = 0; i < SIZE; ++i) {
    x[i] = 1;
  }
  step_outputs a = run(1, 7, 0);
  check_dropout("dropout", a.outputs[0], 0.3, 0);
  check_dropout("dropout with a noise shape", a.outputs[1], 0.4, 1);
  check_dropout("spatial dropout", a.outputs[2], 0.25, 1);
  check_dropout("spatial dropout of images", a.outputs[7], 0.35, 1);
  check_dropout("spatial dropout of volumes", a.outputs[8], 0.15, 1);
  check_normal("gaussian noise", a.outputs[3], 1, 0.5);
  check_normal("gaussian dropout", a.outputs[4], 1, sqrt(0.2 / 0.8));
  check_alpha(a.outputs[5], 0.1);

  /* Layers, steps, seeds and neighbours do not know of each other. */
  double error = 1 / sqrt(SIZE);
  step_outputs next = run(1, 7, 1), other = run(1, 8, 0);
  step_outputs far = run(1, 7ull << 32, 0);
  expect("layers", correlation(a.outputs[3], a.outputs[4], SIZE), 0, error);
  for (int i = 0; i < 5; i += 3) {
    expect("steps", correlation(a.outputs[i], next.outputs[i], SIZE), 0, error);
    expect("seeds", correlation(a.outputs[i], other.outputs[i], SIZE), 0,
           error);
    expect("high halves of seeds",
           correlation(a.outputs[i], far.outputs[i], SIZE), 0, error);
    for (int lag = 1; lag <= 1000; lag *= 10) {
      expect("neighbours",
             correlation(a.outputs[i], a.outputs[i] + lag, SIZE - lag), 0,
             error);
    }
  }

  /* The same seed and step: the same bits, on any number of threads. */
  for (int threads = 1; threads <= 3; ++threads) {
    step_outputs again = run(threads, 7, 0);
    for (int i = 0; i < OUTPUTS; ++i) {
      size_t bytes = (i == 6 ? DENSE : SIZE) * sizeof(float);
      expect_true("the same bits again",
                  memcmp(a.outputs[i], again.outputs[i], bytes) == 0);
    }
  }
  printf("%d failures\n", failures);
  return failures != 0;
}
