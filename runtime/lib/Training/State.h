/* What an instance of a training library has beside its kernels: weights,
 * the optimizer's variables, counters. Only this folder sees it.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef KREG_RUNTIME_LIB_TRAINING_STATE_H
#define KREG_RUNTIME_LIB_TRAINING_STATE_H

#include "runtime/lib/Instance.h"
#include "runtime/lib/Training.h"

enum {
  /* Elements of a chunk: what one task of the update works on. Its arrays stay
   * in the first cache level; sums are taken chunk by chunk. */
  KREG_CHUNK = 2048,
  KREG_SUMS = 3,     /* of a chunk: Σ|w|, Σw², Σg² */
  KREG_MAX_SLOTS = 5 /* of an optimizer, averages and accumulators included */
};

/* A piece of a trainable variable that has a gradient. */
struct kreg_chunk {
  int32_t variable;
  int32_t count;
  int64_t begin; /* element of the variable */
};

/* A list of the optimizer's variables: one for each trainable weight. Slots of
 * one group are interleaved in Keras' order: m0, v0, m1, v1 … */
struct kreg_slot {
  const char *name; /* Keras' */
  int group;
  float initial;
  float *data; /* its variables at kreg_state::slot_offsets */
};

/* The numbers of one step, as float32 where Keras has them so. */
struct kreg_step_numbers {
  float learning_rate;
  float decay;                    /* weight_decay · lr, or 0 */
  float alpha;                    /* Adam: lr·√(1 - β₂ᵗ) / (1 - β₁ᵗ) */
  float beta_1_rest, beta_2_rest; /* 1 - βᵗ */
  float u, u_next, u_product, u_product_next; /* Nadam */
  float ema_momentum;
  float accumulated;  /* gradients that are averaged; 0: not yet all there */
  float global_scale; /* of global_clipnorm */
  bool overwrites;    /* weights become their averages */
};

struct kreg_state {
  const struct kreg_training *table;

  /* One block of memory: these arrays and all that they point to. */
  float **weights;       /* [variable] */
  float **gradients;     /* [variable], in the arena, from the step to the
                            update; NULL where there is none */
  float **states;        /* [variable], its new value, likewise */
  int64_t *slot_offsets; /* [variable] in elements; -1: not trainable */
  struct kreg_chunk *chunks;
  double *sums;             /* [chunk][KREG_SUMS] */
  float *clip_scales;       /* [variable], of clipnorm */
  double *scratch;          /* of orthogonal penalties and constraints */
  const float **inputs;     /* of evaluate and step */
  float **outputs;          /* of step */
  double *scalars;          /* losses, then activity penalties */
  double *weight_penalties; /* [variable] */
  struct kreg_slot slots[KREG_MAX_SLOTS];

  int64_t slot_elements; /* of one slot, padding between weights included */
  int64_t num_chunks;
  int num_slots;
  int first_own; /* slots before it: averages, accumulators */

  /* What follows the batch; grows. */
  float *ones, *own_outputs;
  int64_t ones_batch, own_batch;

  int64_t iteration;
  uint64_t seed;
  float learning_rate; /* where there is no schedule */
  float u_product;     /* Nadam's, 1 at first */
  uint32_t noise_key[4];
  struct kreg_step_numbers now;
};

/* Create.c: the slots of an optimizer, but for their memory. */
void kreg_list_slots(const struct kreg_optimizer *optimizer,
                     struct kreg_state *state);

/* Schedule.c: the learning rate of step `iteration`, as Keras computes it. */
float kreg_learning_rate(const struct kreg_state *state, int64_t iteration);

/* Update.c: the penalties of the weights. Adds their gradients to gradients[]
 * if `gradients`. */
void kreg_weight_penalties(struct kreg_instance *instance,
                           float *const gradients[]);

/* Update.c: all that Keras' optimizer.apply does with gradients[], and
 * kreg_weight_penalties in the same pass. */
void kreg_apply_gradients(struct kreg_instance *instance);

/* Constraints.c: moves the weight to where its constraint wants it, but for
 * NonNeg. `norms` has room for its norms, at most one per element. */
void kreg_constrain(const struct kreg_variable *variable, float *w,
                    double *norms);

/* Rules.c: the optimizer's rule on one chunk; slot[]: its own slots. */
void kreg_update(const struct kreg_optimizer *optimizer,
                 const struct kreg_step_numbers *now, float *w, const float *g,
                 float *const slot[], int count);

/* Runs a task for 0…size-1 on the instance's threads. `nanoseconds`: about how
 * long all of it takes on one. */
void kreg_parallel(struct kreg_instance *instance, kreg_task task, int64_t size,
                   void *closure, int64_t nanoseconds);

/* File.c: CRC-32C of bytes behind those that gave `crc`, 0 at first. */
uint32_t kreg_crc(uint32_t crc, const void *bytes, size_t size);

/* Notes a message made as by printf; returns `code`. */
int kreg_failf(struct kreg_instance *instance, int code, const char *format,
               ...) __attribute__((format(printf, 3, 4)));

#endif /* KREG_RUNTIME_LIB_TRAINING_STATE_H */
