/* One pass over all weights: the gradient of the weight penalty, accumulation,
 * clipping, weight decay, the optimizer's rule, averages, NonNeg. Works on
 * chunks that do not depend on the number of threads. Norms of gradients, if
 * clipping wants them, take a pass of their own before it.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <math.h>
#include <string.h>

/* What the tasks of a pass share. */
struct pass {
  struct kreg_state *state;
  float *const *gradients; /* NULL: only the values of penalties are wanted */
  bool two_passes;         /* gradients are made whole before the update */
};

void kreg_parallel(struct kreg_instance *instance, kreg_task task, int64_t size,
                   void *closure, int64_t nanoseconds) {
  kreg_rt_begin(instance, "update", nanoseconds);
  halide_do_par_for(instance, task, 0, (int)size, closure);
  kreg_rt_end(instance);
}

static const struct kreg_optimizer *optimizer_of(struct kreg_state *state) {
  return &state->table->settings->optimizer;
}

/* Σ|w| and Σw² in double, eight lanes. */
static void sum_weights(const float *w, int n, double sums[2]) {
  double one[8] = {0}, two[8] = {0};
  int i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) {
      double x = (double)w[i + k];
      one[k] += fabs(x);
      two[k] += x * x;
    }
  }
  for (int k = 0; i + k < n; ++k) {
    double x = (double)w[i + k];
    one[k] += fabs(x);
    two[k] += x * x;
  }
  sums[0] = ((one[0] + one[4]) + (one[2] + one[6])) +
            ((one[1] + one[5]) + (one[3] + one[7]));
  sums[1] = ((two[0] + two[4]) + (two[2] + two[6])) +
            ((two[1] + two[5]) + (two[3] + two[7]));
}

static double sum_squares(const float *g, int n) {
  double sums[2];
  sum_weights(g, n, sums);
  return sums[1];
}

/* t = g + l1·sign(w) + 2·l2·w */
static void add_penalty(const struct kreg_regularizer *regularizer,
                        const float *restrict w, const float *restrict g,
                        float *restrict t, int n) {
  const float l1 = (float)regularizer->l1, l2 = (float)(2 * regularizer->l2);
  for (int i = 0; i < n; ++i) {
    float sign = (float)(w[i] > 0) - (float)(w[i] < 0);
    t[i] = g[i] + (l1 * sign + l2 * w[i]);
  }
}

/* The whole gradient of a chunk, in `t` or where it is; NULL: not yet. Also
 * takes the sums for the penalty's value. */
static float *prepare(struct pass *pass, const struct kreg_chunk *chunk,
                      double *sums, float *t) {
  struct kreg_state *state = pass->state;
  const struct kreg_variable *variable =
      &state->table->variables[chunk->variable];
  const float *w = state->weights[chunk->variable] + chunk->begin;
  int n = chunk->count;
  bool isL1L2 = variable->regularizer.kind == KREG_REGULARIZER_L1L2;
  if (isL1L2) {
    sum_weights(w, n, sums);
  }
  float *g = pass->gradients ? pass->gradients[chunk->variable] : NULL;
  if (!g) {
    return NULL;
  }
  g += chunk->begin;
  if (isL1L2 && variable->trainable && !variable->is_penalised) {
    add_penalty(&variable->regularizer, w, g, t, n);
    return t;
  }
  return g;
}

/* Adds the gradient to those of earlier steps; their mean if all are there. */
static float *accumulate(struct kreg_state *state,
                         const struct kreg_chunk *chunk, float *g, float *t) {
  if (optimizer_of(state)->gradient_accumulation_steps < 2) {
    return g;
  }
  int slot = optimizer_of(state)->use_ema ? 1 : 0;
  float *restrict sum = state->slots[slot].data +
                        state->slot_offsets[chunk->variable] + chunk->begin;
  float steps = state->now.accumulated;
  if (steps == 0) {
    for (int i = 0; i < chunk->count; ++i) {
      sum[i] += g[i];
    }
    return NULL;
  }
  for (int i = 0; i < chunk->count; ++i) {
    t[i] = (g[i] + sum[i]) / steps;
    sum[i] = 0;
  }
  return t;
}

/* The gradient as the rule wants it. */
static float *clip(struct kreg_state *state, const struct kreg_chunk *chunk,
                   float *g, float *t) {
  const struct kreg_optimizer *o = optimizer_of(state);
  int n = chunk->count;
  if (o->clipnorm > 0 || o->global_clipnorm > 0) {
    float scale = o->clipnorm > 0 ? state->clip_scales[chunk->variable]
                                  : state->now.global_scale;
    for (int i = 0; i < n; ++i) {
      t[i] = g[i] * scale;
    }
    return t;
  }
  if (o->clipvalue > 0) {
    float most = (float)o->clipvalue;
    for (int i = 0; i < n; ++i) {
      float x = g[i] < -most ? -most : g[i];
      t[i] = x > most ? most : x;
    }
    return t;
  }
  return g;
}

static void decay(float decay, float *restrict w, int n) {
  for (int i = 0; i < n; ++i) {
    w[i] -= w[i] * decay;
  }
}

static void average(const struct kreg_step_numbers *now, float *restrict mean,
                    float *restrict w, int n) {
  const float momentum = now->ema_momentum, rest = 1 - momentum;
  for (int i = 0; i < n; ++i) {
    mean[i] = momentum * mean[i] + rest * w[i];
  }
  if (now->overwrites) {
    memcpy(w, mean, (size_t)n * sizeof *w);
  }
}

/* NaN stays. */
static void make_non_negative(float *w, int n) {
  for (int i = 0; i < n; ++i) {
    w[i] = w[i] < 0 ? 0 : w[i];
  }
}

/* First pass where norms are wanted: gradients become whole in their place. */
static int prepare_task(void *context, int index, uint8_t *closure) {
  (void)context;
  struct pass *pass = (struct pass *)closure;
  struct kreg_state *state = pass->state;
  const struct kreg_chunk *chunk = &state->chunks[index];
  double *sums = state->sums + (int64_t)index * KREG_SUMS;
  float t[KREG_CHUNK];
  float *g = prepare(pass, chunk, sums, t);
  if (!g) {
    return 0;
  }
  float *whole = pass->gradients[chunk->variable] + chunk->begin;
  if (pass->two_passes) {
    g = accumulate(state, chunk, g, t);
  }
  if (g) {
    if (g != whole) {
      memcpy(whole, g, (size_t)chunk->count * sizeof *g);
    }
    sums[2] = sum_squares(whole, chunk->count);
  }
  return 0;
}

static void update_weights(struct kreg_state *state,
                           const struct kreg_chunk *chunk, float *w,
                           const float *g) {
  int n = chunk->count;
  if (state->now.decay != 0) {
    decay(state->now.decay, w, n);
  }
  float *slot[KREG_MAX_SLOTS] = {0};
  for (int s = state->first_own; s < state->num_slots; ++s) {
    slot[s - state->first_own] = state->slots[s].data +
                                 state->slot_offsets[chunk->variable] +
                                 chunk->begin;
  }
  kreg_update(optimizer_of(state), &state->now, w, g, slot, n);
}

static int update_task(void *context, int index, uint8_t *closure) {
  (void)context;
  struct pass *pass = (struct pass *)closure;
  struct kreg_state *state = pass->state;
  const struct kreg_chunk *chunk = &state->chunks[index];
  const struct kreg_variable *variable =
      &state->table->variables[chunk->variable];
  float *w = state->weights[chunk->variable] + chunk->begin;
  float t[KREG_CHUNK];
  float *g = NULL;
  bool hasGradient = state->gradients[chunk->variable] != NULL;
  if (!pass->two_passes) {
    g = prepare(pass, chunk, state->sums + (int64_t)index * KREG_SUMS, t);
    g = g ? accumulate(state, chunk, g, t) : NULL;
  } else if (hasGradient && state->now.accumulated != 0) {
    g = state->gradients[chunk->variable] + chunk->begin;
  }
  if (g) {
    update_weights(state, chunk, w, clip(state, chunk, g, t));
  }
  if (optimizer_of(state)->use_ema && variable->trainable) {
    average(&state->now,
            state->slots[0].data + state->slot_offsets[chunk->variable] +
                chunk->begin,
            w, chunk->count);
  }
  if (hasGradient && variable->constraint.kind == KREG_CONSTRAINT_NON_NEG) {
    make_non_negative(w, chunk->count);
  }
  return 0;
}

/* From sums of chunks to the penalty of each weight. */
static void collect_penalties(struct kreg_state *state) {
  const struct kreg_variable *variables = state->table->variables;
  for (int64_t c = 0; c < state->num_chunks; ++c) {
    int32_t v = state->chunks[c].variable;
    const struct kreg_regularizer *r = &variables[v].regularizer;
    if (r->kind == KREG_REGULARIZER_L1L2) {
      const double *sums = state->sums + c * KREG_SUMS;
      double l1 = r->l1 != 0 ? r->l1 * sums[0] : 0;
      double l2 = r->l2 != 0 ? r->l2 * sums[1] : 0;
      state->weight_penalties[v] += l1 + l2;
    }
  }
}

/* Those that are no sum over elements; before all others. */
static void penalise_orthogonal(struct kreg_instance *instance,
                                float *const gradients[]) {
  struct kreg_state *state = instance->training;
  for (int v = 0; v < state->table->settings->num_variables; ++v) {
    const struct kreg_variable *variable = &state->table->variables[v];
    state->weight_penalties[v] = 0;
    if (variable->regularizer.kind == KREG_REGULARIZER_ORTHOGONAL) {
      bool wants = gradients && variable->trainable && !variable->is_penalised;
      state->weight_penalties[v] = kreg_rt_orthogonal(
          instance, variable->shape[0], variable->shape[1],
          variable->regularizer.rows, variable->regularizer.factor,
          /*scale=*/1, state->weights[v], wants ? gradients[v] : NULL,
          state->scratch);
    }
  }
}

/* About one element per nanosecond and slot that must come from memory. */
static int64_t work_of(const struct kreg_state *state) {
  return state->num_chunks * KREG_CHUNK * (2 + state->num_slots) / 4;
}

void kreg_weight_penalties(struct kreg_instance *instance,
                           float *const gradients[]) {
  struct kreg_state *state = instance->training;
  penalise_orthogonal(instance, gradients);
  struct pass pass = {state, gradients, false};
  kreg_parallel(instance, prepare_task, state->num_chunks, &pass,
                work_of(state));
  collect_penalties(state);
}

/* g·c / max(‖g‖, c) per variable, or g·c·min(1/‖G‖, 1/c) over all. */
static void find_scales(struct kreg_state *state) {
  const struct kreg_optimizer *o = optimizer_of(state);
  int count = state->table->settings->num_variables;
  double all = 0;
  int64_t c = 0;
  for (int v = 0; v < count; ++v) {
    double own = 0;
    for (; c < state->num_chunks && state->chunks[c].variable == v; ++c) {
      own += state->gradients[v] ? state->sums[c * KREG_SUMS + 2] : 0;
    }
    all += own;
    float norm = sqrtf((float)own), most = (float)o->clipnorm;
    /* A norm that is NaN makes all of it NaN. */
    state->clip_scales[v] = norm <= most ? 1 : most / norm;
  }
  float norm = sqrtf((float)all), most = (float)o->global_clipnorm;
  float least = 1 / norm < 1 / most ? 1 / norm : 1 / most;
  state->now.global_scale = most * least + (norm - norm);
}

/* The numbers of this step; `t` counts updates from 1. */
static void set_numbers(struct kreg_state *state) {
  const struct kreg_optimizer *o = optimizer_of(state);
  struct kreg_step_numbers *now = &state->now;
  int64_t every = o->gradient_accumulation_steps;
  int64_t updates = every < 2 ? state->iteration : state->iteration / every;
  bool isUpdate = every < 2 || (state->iteration + 1) % every == 0;
  float t = (float)(updates + 1);
  float lr = kreg_learning_rate(state, state->iteration);
  now->learning_rate = lr;
  now->decay = o->has_weight_decay ? (float)o->weight_decay * lr : 0;
  now->accumulated = !isUpdate ? 0 : every < 2 ? 1 : (float)every;
  now->beta_1_rest = 1 - powf((float)o->beta_1, t);
  now->beta_2_rest = 1 - powf((float)o->beta_2, t);
  now->alpha = lr * sqrtf(now->beta_2_rest) / now->beta_1_rest;
  now->ema_momentum =
      updates == 0 && !o->averages_start_there ? 0 : (float)o->ema_momentum;
  now->overwrites = o->ema_overwrite_frequency > 0 &&
                    (updates + 1) % o->ema_overwrite_frequency == 0;
  if (o->kind == KREG_OPTIMIZER_NADAM && isUpdate) {
    float rate = o->schedule_decay == 0 ? 1 : (float)o->schedule_decay;
    float beta_1 = (float)o->beta_1;
    now->u = beta_1 * (1 - 0.5f * powf(0.96f, rate * t));
    now->u_next = beta_1 * (1 - 0.5f * powf(0.96f, rate * (t + 1)));
    state->u_product *= now->u;
    now->u_product = state->u_product;
    now->u_product_next = state->u_product * now->u_next;
  }
}

void kreg_apply_gradients(struct kreg_instance *instance) {
  struct kreg_state *state = instance->training;
  const struct kreg_optimizer *o = optimizer_of(state);
  set_numbers(state);
  penalise_orthogonal(instance, state->gradients);
  struct pass pass = {state, state->gradients, false};
  if (o->clipnorm > 0 || o->global_clipnorm > 0) {
    pass.two_passes = true;
    kreg_parallel(instance, prepare_task, state->num_chunks, &pass,
                  work_of(state));
    find_scales(state);
  }
  kreg_parallel(instance, update_task, state->num_chunks, &pass,
                work_of(state));
  collect_penalties(state);
  for (int v = 0; v < state->table->settings->num_variables; ++v) {
    const struct kreg_variable *variable = &state->table->variables[v];
    if (state->gradients[v]) {
      kreg_constrain(variable, state->weights[v], state->scratch);
    }
  }
  ++state->iteration;
}
