/* How a training library is made: the constant table that says what a model
 * trains and how, and the functions behind the training part of its header.
 *
 * The compiler fills the same structs and writes their bytes into the library;
 * those without pointers are copied as they are.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef KREG_RUNTIME_LIB_TRAINING_H
#define KREG_RUNTIME_LIB_TRAINING_H

#include "runtime/lib/Runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { KREG_MAX_RANK = 8 };

enum kreg_optimizer_kind {
#define KREG_OPTIMIZER(NAME, KERAS) KREG_OPTIMIZER_##NAME,
#include "runtime/lib/Training/Optimizers.def"
  KREG_OPTIMIZER_COUNT
};

/* Keras' hyper-parameters by their names there; what an optimizer does not
 * have is 0. Formulas: docs/training.md. */
struct kreg_optimizer {
  int32_t kind; /* of kreg_optimizer_kind */
  int32_t nesterov, amsgrad, centered;
  double momentum, rho, beta_1, beta_2, epsilon;
  double initial_accumulator;                             /* Adagrad, Ftrl */
  double learning_rate_power, l1, l2, l2_shrinkage, beta; /* Ftrl */

  /* At most one is not 0. */
  double clipnorm, global_clipnorm, clipvalue;
  int32_t has_weight_decay, use_ema;
  double weight_decay; /* w -= w·weight_decay·lr before the update */
  double ema_momentum;
  int64_t ema_overwrite_frequency;     /* 0: only kreg_rt_use_averages */
  int64_t gradient_accumulation_steps; /* 0 or 1: none */

  /* What Keras 2 did otherwise. */
  int32_t epsilon_outside;      /* √v + ε in RMSprop and Adagrad */
  int32_t averages_start_there; /* EMA begins with the first weights, not 0 */
  double decay;                 /* lr / (1 + decay·iteration) */
  double schedule_decay;        /* Nadam: 0.96^(t·this); 0 counts as 1 */
};

/* keras.optimizers.schedules, of the iteration before the step. */
enum kreg_schedule_kind {
  KREG_SCHEDULE_NONE, /* `initial`, which may be set */
  KREG_SCHEDULE_EXPONENTIAL_DECAY,
  KREG_SCHEDULE_INVERSE_TIME_DECAY,
  KREG_SCHEDULE_POLYNOMIAL_DECAY,
  KREG_SCHEDULE_PIECEWISE_CONSTANT_DECAY,
  KREG_SCHEDULE_COSINE_DECAY,
  KREG_SCHEDULE_COSINE_DECAY_RESTARTS,
};
struct kreg_schedule {
  int32_t kind;
  int32_t staircase, cycle, has_warmup;
  double initial;     /* learning rate, also without a schedule */
  double decay_steps; /* first_decay_steps of the restarts */
  double decay_rate;  /* exponential, inverse time */
  double end, power;  /* polynomial */
  double alpha;       /* cosine */
  double warmup_target, warmup_steps;
  double t_mul, m_mul;    /* restarts */
  int64_t num_boundaries; /* piecewise: kreg_training::boundaries holds them,
                             then one value more */
};

enum kreg_regularizer_kind {
  KREG_REGULARIZER_NONE,
  KREG_REGULARIZER_L1L2,      /* l1·Σ|w| + l2·Σw² */
  KREG_REGULARIZER_ORTHOGONAL /* of a matrix, see Orthogonal.c */
};
struct kreg_regularizer {
  int32_t kind;
  int32_t rows; /* orthogonal: those; else the columns */
  double l1, l2, factor;
};

enum kreg_constraint_kind {
  KREG_CONSTRAINT_NONE,
  KREG_CONSTRAINT_MAX_NORM, /* maximum */
  KREG_CONSTRAINT_NON_NEG,
  KREG_CONSTRAINT_UNIT_NORM,
  KREG_CONSTRAINT_MIN_MAX_NORM /* minimum, maximum, rate */
};
struct kreg_constraint {
  int32_t kind;
  uint32_t axes; /* bit a: norms are sums over axis a */
  double minimum, maximum, rate;
};

/* A size in bytes: constant + per_batch · batch. */
struct kreg_size {
  int64_t constant, per_batch;
};

struct kreg_variable {
  int64_t path;     /* where it begins in kreg_training::texts */
  int64_t elements; /* product of shape[0…rank) */
  int64_t shape[KREG_MAX_RANK];
  int32_t rank;
  int32_t trainable;    /* has slots of the optimizer */
  int32_t gradient;     /* which output of `step` is its gradient; -1: none */
  int32_t state;        /* which output of `step` is its new value; -1: none */
  int32_t is_penalised; /* its gradient has that of the regularizer already */
  int32_t reserved;
  /* Where in the arena the step leaves them: bytes from its beginning, a
   * multiple of 64. No other value of the step lies there at its end. */
  struct kreg_size gradient_place, state_place;
  struct kreg_regularizer regularizer; /* none where it does not count */
  struct kreg_constraint constraint;
};

struct kreg_training_settings {
  int32_t num_variables, num_inputs, num_outputs, num_penalties;
  int32_t num_step_outputs;
  int32_t step_has_outputs; /* the model's are the first outputs of `step` */
  int64_t most_batch;
  struct kreg_size arena; /* of the largest of the three functions */
  uint64_t seed;
  struct kreg_optimizer optimizer;
  struct kreg_schedule schedule;
};

/* Functions with the signature of forward. Scalars: the loss of each output,
 * loss weight included, then each activity penalty.
 *
 *   evaluate  inputs: x…t…s…   outputs: y…
 *   step      inputs: x…t…s…   outputs: y…, gradients and new states
 *
 * s…: the sample weights of each output, [batch]. They only compute: arguments
 * were checked, and they run inside of kreg_rt_guard. */
struct kreg_training {
  const struct kreg_training_settings *settings;
  const struct kreg_variable *variables;
  const float *const *initial; /* each variable's value in the file */
  const char *texts;           /* C strings */
  const double *boundaries;    /* of the schedule, or NULL */
  const int64_t *output_bytes; /* of one sample, for each output */
  kreg_forward evaluate, step;
};

/* What the functions of a training library's header call. */

int kreg_rt_create_training(const kreg_options *options,
                            const struct kreg_training *table,
                            struct kreg_instance **out);
int kreg_rt_train_step(struct kreg_instance *instance, int64_t batch,
                       const float *const inputs[],
                       const float *const targets[],
                       const float *const sample_weights[],
                       float *const outputs[], kreg_step_result *result);
int kreg_rt_evaluate(struct kreg_instance *instance, int64_t batch,
                     const float *const inputs[], const float *const targets[],
                     const float *const sample_weights[],
                     float *const outputs[], kreg_step_result *result);
int kreg_rt_gradients(struct kreg_instance *instance, int64_t batch,
                      const float *const inputs[], const float *const targets[],
                      const float *const sample_weights[],
                      float *const gradients[], kreg_step_result *result);
int kreg_rt_weight(struct kreg_instance *instance, int64_t number,
                   kreg_tensor *out);
int kreg_rt_optimizer_variable(struct kreg_instance *instance, int64_t number,
                               kreg_tensor *out);
int kreg_rt_get_weight(struct kreg_instance *instance, const char *path,
                       float *values, int64_t elements);
int kreg_rt_set_weight(struct kreg_instance *instance, const char *path,
                       const float *values, int64_t elements);
double kreg_rt_get_learning_rate(const struct kreg_instance *instance);
int kreg_rt_set_learning_rate(struct kreg_instance *instance, double rate);
int64_t kreg_rt_get_iteration(const struct kreg_instance *instance);
int kreg_rt_set_iteration(struct kreg_instance *instance, int64_t iteration);
int kreg_rt_set_seed(struct kreg_instance *instance, uint64_t seed);
int kreg_rt_use_averages(struct kreg_instance *instance);
int kreg_rt_save(struct kreg_instance *instance, const char *path);
int kreg_rt_load(struct kreg_instance *instance, const char *path);
int64_t kreg_rt_step_bytes(const struct kreg_training *table, int64_t batch);

/* What the code inside of forward, evaluate and step calls. */

/* The present value of a variable, row-major, at a multiple of 64 bytes with 64
 * readable bytes behind it. It stays where it is. */
float *kreg_rt_variable(struct kreg_instance *instance, int64_t number);

/* The key of this step's noise: seed (low, high), iteration (low, high). */
const uint32_t *kreg_rt_noise_key(struct kreg_instance *instance);

#ifdef __cplusplus
}
#endif

#endif /* KREG_RUNTIME_LIB_TRAINING_H */
