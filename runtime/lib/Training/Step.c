/* A step, an evaluation, gradients alone: checks of what the caller gave, the
 * arrays that it left out, the call of the compiled function, the result.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <string.h>

static int check_pointers(struct kreg_instance *instance, const char *what,
                          const void *const *array, int count) {
  if (count == 0) {
    return KREG_OK;
  }
  if (!array) {
    return kreg_failf(instance, KREG_ERROR_ARGUMENT, "%s is null", what);
  }
  for (int i = 0; i < count; ++i) {
    if (!array[i]) {
      return kreg_failf(instance, KREG_ERROR_ARGUMENT, "%s[%d] is null", what,
                        i);
    }
  }
  return KREG_OK;
}

static const void *const *untyped(const float *const *array) {
  return (const void *const *)array;
}

static int check_call(struct kreg_instance *instance, int64_t batch,
                      const float *const inputs[], const float *const targets[],
                      float *const outputs[]) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  const struct kreg_training_settings *s = instance->training->table->settings;
  if (batch < 1 || batch > s->most_batch) {
    return kreg_rt_fail_batch(instance, batch, 1, s->most_batch);
  }
  int code = check_pointers(instance, "inputs", untyped(inputs), s->num_inputs);
  if (code == KREG_OK) {
    code =
        check_pointers(instance, "targets", untyped(targets), s->num_outputs);
  }
  if (code == KREG_OK && outputs) {
    code =
        check_pointers(instance, "outputs",
                       untyped((const float *const *)outputs), s->num_outputs);
  }
  return code;
}

/* Makes `*memory` large enough for `batch`; keeps it if it is. */
static int grow(struct kreg_instance *instance, float **memory, int64_t *has,
                int64_t batch, int64_t bytes) {
  if (batch <= *has) {
    return KREG_OK;
  }
  kreg_release(instance, *memory);
  *has = 0;
  *memory = kreg_allocate(instance, (size_t)bytes);
  if (!*memory) {
    return kreg_rt_fail(instance, KREG_ERROR_MEMORY,
                        "the memory for this batch could not be allocated");
  }
  *has = batch;
  return KREG_OK;
}

/* x…, t…, s… into state->inputs. */
static int gather_inputs(struct kreg_instance *instance, int64_t batch,
                         const float *const inputs[],
                         const float *const targets[],
                         const float *const sample_weights[]) {
  struct kreg_state *state = instance->training;
  const struct kreg_training_settings *s = state->table->settings;
  const float **at = state->inputs;
  for (int i = 0; i < s->num_inputs; ++i) {
    *at++ = inputs[i];
  }
  for (int i = 0; i < s->num_outputs; ++i) {
    *at++ = targets[i];
  }
  for (int i = 0; i < s->num_outputs; ++i) {
    const float *weights = sample_weights ? sample_weights[i] : NULL;
    if (!weights) {
      int64_t had = state->ones_batch;
      int code = grow(instance, &state->ones, &state->ones_batch, batch,
                      batch * (int64_t)sizeof(float));
      if (code != KREG_OK) {
        return code;
      }
      for (int64_t k = had < batch ? 0 : batch; k < batch; ++k) {
        state->ones[k] = 1;
      }
      weights = state->ones;
    }
    *at++ = weights;
  }
  return KREG_OK;
}

/* The model's outputs into `to`: the caller's, or memory of the instance. */
static int gather_outputs(struct kreg_instance *instance, int64_t batch,
                          float *const outputs[], float **to) {
  struct kreg_state *state = instance->training;
  const struct kreg_training *table = state->table;
  int count = table->settings->num_outputs;
  if (outputs) {
    memcpy(to, outputs, (size_t)count * sizeof *to);
    return KREG_OK;
  }
  int64_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    bytes += table->output_bytes[i];
  }
  int code = grow(instance, &state->own_outputs, &state->own_batch, batch,
                  bytes * batch);
  float *at = state->own_outputs;
  for (int i = 0; i < count && code == KREG_OK; ++i) {
    to[i] = at;
    at += table->output_bytes[i] / (int64_t)sizeof(float) * batch;
  }
  return code;
}

static double sum(const double *values, int count) {
  double total = 0;
  for (int i = 0; i < count; ++i) {
    total += values[i];
  }
  return total;
}

static void fill_result(const struct kreg_state *state, float rate,
                        int64_t iteration, kreg_step_result *result) {
  const struct kreg_training_settings *s = state->table->settings;
  if (!result) {
    return;
  }
  result->data_losses = state->scalars;
  result->activity_penalties = state->scalars + s->num_outputs;
  result->weight_penalties = state->weight_penalties;
  result->data_loss = sum(result->data_losses, s->num_outputs);
  result->activity_penalty = sum(result->activity_penalties, s->num_penalties);
  result->weight_penalty = sum(result->weight_penalties, s->num_variables);
  result->loss =
      result->data_loss + result->activity_penalty + result->weight_penalty;
  result->learning_rate = (double)rate;
  result->iteration = iteration;
}

int kreg_rt_evaluate(struct kreg_instance *instance, int64_t batch,
                     const float *const inputs[], const float *const targets[],
                     const float *const sample_weights[],
                     float *const outputs[], kreg_step_result *result) {
  int code = check_call(instance, batch, inputs, targets, outputs);
  if (code == KREG_OK) {
    code = gather_inputs(instance, batch, inputs, targets, sample_weights);
  }
  if (code != KREG_OK) {
    return code;
  }
  struct kreg_state *state = instance->training;
  code = gather_outputs(instance, batch, outputs, state->outputs);
  if (code == KREG_OK) {
    code = kreg_rt_guard(instance, batch, state->inputs, state->outputs,
                         state->scalars, state->table->evaluate);
  }
  if (code == KREG_OK) {
    kreg_weight_penalties(instance, NULL);
    fill_result(state, kreg_learning_rate(state, state->iteration),
                state->iteration, result);
  }
  return code;
}

static void set_noise_key(struct kreg_state *state) {
  uint64_t iteration = (uint64_t)state->iteration;
  state->noise_key[0] = (uint32_t)state->seed;
  state->noise_key[1] = (uint32_t)(state->seed >> 32);
  state->noise_key[2] = (uint32_t)iteration;
  state->noise_key[3] = (uint32_t)(iteration >> 32);
}

static float *at(char *arena, struct kreg_size place, int64_t batch) {
  return (float *)(void *)(arena + place.constant + place.per_batch * batch);
}

/* Gradients and new states lie in the arena until the update has taken them.
 * The compiled step asks for no larger one, so it stays where it is. */
static int place_results(struct kreg_instance *instance, int64_t batch) {
  struct kreg_state *state = instance->training;
  const struct kreg_training *table = state->table;
  const struct kreg_training_settings *s = table->settings;
  int64_t bytes = s->arena.constant + s->arena.per_batch * batch;
  char *arena = kreg_rt_arena(instance, bytes);
  if (!arena && bytes > 0) {
    return KREG_ERROR_MEMORY;
  }
  for (int v = 0; v < s->num_variables; ++v) {
    const struct kreg_variable *variable = &table->variables[v];
    if (variable->gradient >= 0) {
      state->outputs[variable->gradient] = state->gradients[v] =
          at(arena, variable->gradient_place, batch);
    }
    if (variable->state >= 0) {
      state->outputs[variable->state] = state->states[v] =
          at(arena, variable->state_place, batch);
    }
  }
  return KREG_OK;
}

/* Runs `step`: gradients and new states are then in gradients[] and states[].
 */
static int run_step(struct kreg_instance *instance, int64_t batch,
                    const float *const inputs[], const float *const targets[],
                    const float *const sample_weights[],
                    float *const outputs[]) {
  struct kreg_state *state = instance->training;
  const struct kreg_training *table = state->table;
  const struct kreg_training_settings *s = table->settings;
  if (outputs && !s->step_has_outputs) {
    return kreg_rt_fail(instance, KREG_ERROR_UNAVAILABLE,
                        "steps of this library do not give outputs");
  }
  int code = gather_inputs(instance, batch, inputs, targets, sample_weights);
  if (code == KREG_OK && s->step_has_outputs) {
    code = gather_outputs(instance, batch, outputs, state->outputs);
  }
  if (code == KREG_OK) {
    code = place_results(instance, batch);
  }
  if (code != KREG_OK) {
    return code;
  }
  set_noise_key(state);
  return kreg_rt_guard(instance, batch, state->inputs, state->outputs,
                       state->scalars, table->step);
}

static void take_states(struct kreg_state *state) {
  const struct kreg_training *table = state->table;
  for (int v = 0; v < table->settings->num_variables; ++v) {
    if (state->states[v]) {
      memcpy(state->weights[v], state->states[v],
             (size_t)table->variables[v].elements * sizeof(float));
    }
  }
}

int kreg_rt_train_step(struct kreg_instance *instance, int64_t batch,
                       const float *const inputs[],
                       const float *const targets[],
                       const float *const sample_weights[],
                       float *const outputs[], kreg_step_result *result) {
  int code = check_call(instance, batch, inputs, targets, outputs);
  if (code != KREG_OK) {
    return code;
  }
  struct kreg_state *state = instance->training;
  code = run_step(instance, batch, inputs, targets, sample_weights, outputs);
  if (code != KREG_OK) {
    return code;
  }
  int64_t iteration = state->iteration;
  kreg_apply_gradients(instance);
  take_states(state);
  fill_result(state, state->now.learning_rate, iteration, result);
  return KREG_OK;
}

/* The caller's arrays, one per trainable weight that has a gradient, in the
 * order of the variables. */
int kreg_rt_gradients(struct kreg_instance *instance, int64_t batch,
                      const float *const inputs[], const float *const targets[],
                      const float *const sample_weights[],
                      float *const gradients[], kreg_step_result *result) {
  int code = check_call(instance, batch, inputs, targets, NULL);
  if (code != KREG_OK) {
    return code;
  }
  struct kreg_state *state = instance->training;
  const struct kreg_training *table = state->table;
  int count = 0;
  for (int v = 0; v < table->settings->num_variables; ++v) {
    count += table->variables[v].gradient >= 0;
  }
  code = check_pointers(instance, "gradients",
                        untyped((const float *const *)gradients), count);
  if (code == KREG_OK) {
    code = run_step(instance, batch, inputs, targets, sample_weights, NULL);
  }
  if (code != KREG_OK) {
    return code;
  }
  kreg_weight_penalties(instance, state->gradients);
  for (int v = 0, at = 0; v < table->settings->num_variables; ++v) {
    if (state->gradients[v]) {
      memcpy(gradients[at++], state->gradients[v],
             (size_t)table->variables[v].elements * sizeof(float));
    }
  }
  fill_result(state, kreg_learning_rate(state, state->iteration),
              state->iteration, result);
  return KREG_OK;
}

float *kreg_rt_variable(struct kreg_instance *instance, int64_t number) {
  return instance->training->weights[number];
}

const uint32_t *kreg_rt_noise_key(struct kreg_instance *instance) {
  return instance->training->noise_key;
}
