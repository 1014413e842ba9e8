/* Trains the question's CNN on pictures of digits, then says how many new ones
 * it knows.
 *
 *   kregc compile attached.keras --mode training --name cnn -o out \
 *     --loss sparse_categorical_crossentropy --optimizer adam
 *   cc main.c out/libcnn.a -Iout -lm -lpthread
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "cnn.h"
#include "digits.h"

#include <stdio.h>

enum { BATCH = 32, STEPS = 1500, TESTED = 1000 };

static float pictures[TESTED * PIXELS], classes[TESTED];
static float predictions[TESTED * CLASSES];

static int fail(const cnn_model *m, const char *what) {
  fprintf(stderr, "%s: %s\n", what, m ? cnn_error_message(m) : "no instance");
  return 1;
}

/* The share of new pictures whose likeliest class is right; below 0 if the
 * library fails. */
static double measure_accuracy(cnn_model *m) {
  uint32_t state = 12345;
  const float *inputs[] = {pictures};
  float *outputs[] = {predictions};
  draw_batch(&state, TESTED, pictures, classes);
  if (cnn_forward(m, TESTED, inputs, outputs, NULL) != KREG_OK) {
    return -1;
  }
  int right = 0;
  for (int i = 0; i < TESTED; ++i) {
    const float *p = predictions + i * CLASSES;
    int best = 0;
    for (int c = 1; c < CLASSES; ++c) {
      best = p[c] > p[best] ? c : best;
    }
    right += best == (int)classes[i];
  }
  return (double)right / TESTED;
}

int main(int argc, char **argv) {
  const char *file = argc > 1 ? argv[1] : "cnn.state";
  cnn_model *m;
  if (cnn_create(NULL, &m) != KREG_OK) {
    return fail(NULL, "create");
  }
  printf("a step takes %lld bytes, %.1f %% are right before the first\n",
         (long long)cnn_step_bytes(BATCH), 100 * measure_accuracy(m));

  uint32_t state = 1;
  for (int i = 0; i < STEPS; ++i) {
    const float *inputs[] = {pictures}, *targets[] = {classes};
    kreg_step_result r;
    draw_batch(&state, BATCH, pictures, classes);
    if (cnn_train_step(m, BATCH, inputs, targets, NULL, NULL, &r) != KREG_OK) {
      return fail(m, "train_step");
    }
    if (i % 250 == 0 || i + 1 == STEPS) {
      printf("step %4d  loss %.4f = data %.4f + activity %.4f + weights %.4f\n",
             i, r.loss, r.data_loss, r.activity_penalty, r.weight_penalty);
    }
  }

  double accuracy = measure_accuracy(m);
  if (cnn_save(m, file) != KREG_OK) {
    return fail(m, "save");
  }
  cnn_destroy(m);

  /* Another instance goes on where the first one was. */
  if (cnn_create(NULL, &m) != KREG_OK || cnn_load(m, file) != KREG_OK) {
    return fail(m, "load");
  }
  int is_same = measure_accuracy(m) == accuracy;
  printf("%.1f %% are right after step %lld, %s from '%s'\n", 100 * accuracy,
         (long long)cnn_get_iteration(m), is_same ? "and again" : "but not",
         file);
  cnn_destroy(m);
  return is_same && accuracy > 0.9 ? 0 : 1;
}
