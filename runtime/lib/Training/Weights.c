/* Weights, the optimizer's variables and its counters, for the caller.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <math.h>
#include <string.h>

static const char *path_of(const struct kreg_training *table, int64_t number) {
  return table->texts + table->variables[number].path;
}

static kreg_tensor tensor_of(const struct kreg_training *table, int64_t number,
                             const char *slot, float *data) {
  const struct kreg_variable *variable = &table->variables[number];
  kreg_tensor tensor = {path_of(table, number),
                        slot,
                        variable->trainable,
                        variable->rank,
                        variable->shape,
                        variable->elements,
                        data};
  return tensor;
}

int kreg_rt_weight(struct kreg_instance *instance, int64_t number,
                   kreg_tensor *out) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  const struct kreg_training *table = instance->training->table;
  if (!out) {
    return kreg_rt_fail(instance, KREG_ERROR_ARGUMENT, "out is null");
  }
  if (number < 0 || number >= table->settings->num_variables) {
    return kreg_failf(instance, KREG_ERROR_ARGUMENT,
                      "there is no weight %lld; the model has %d",
                      (long long)number, (int)table->settings->num_variables);
  }
  *out = tensor_of(table, number, NULL, instance->training->weights[number]);
  return KREG_OK;
}

/* Group by group, in each group weight by weight, for each its slots. */
static bool find_slot(struct kreg_state *state, int64_t number,
                      kreg_tensor *out) {
  const struct kreg_training *table = state->table;
  for (int first = 0; first < state->num_slots;) {
    int end = first;
    while (end < state->num_slots &&
           state->slots[end].group == state->slots[first].group) {
      ++end;
    }
    for (int v = 0; v < table->settings->num_variables; ++v) {
      int64_t offset = state->slot_offsets[v];
      if (offset < 0) {
        continue;
      }
      if (number < end - first) {
        const struct kreg_slot *slot = &state->slots[first + number];
        *out = tensor_of(table, v, slot->name, slot->data + offset);
        return true;
      }
      number -= end - first;
    }
    first = end;
  }
  if (number == 0 && table->settings->optimizer.kind == KREG_OPTIMIZER_NADAM) {
    static const int64_t none = 0;
    kreg_tensor product = {"", "u_product", 0, 0, &none, 1, &state->u_product};
    *out = product;
    return true;
  }
  return false;
}

int kreg_rt_optimizer_variable(struct kreg_instance *instance, int64_t number,
                               kreg_tensor *out) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  if (!out) {
    return kreg_rt_fail(instance, KREG_ERROR_ARGUMENT, "out is null");
  }
  if (number < 0 || !find_slot(instance->training, number, out)) {
    return kreg_failf(instance, KREG_ERROR_ARGUMENT,
                      "the optimizer has no variable %lld", (long long)number);
  }
  return KREG_OK;
}

/* The weight of that path and size, or NULL with an error in `*code`. */
static float *find_weight(struct kreg_instance *instance, const char *path,
                          const float *values, int64_t elements, int *code) {
  const struct kreg_training *table = instance->training->table;
  if (!path || !values) {
    *code = kreg_failf(instance, KREG_ERROR_ARGUMENT, "%s is null",
                       path ? "values" : "path");
    return NULL;
  }
  for (int v = 0; v < table->settings->num_variables; ++v) {
    if (strcmp(path_of(table, v), path) != 0) {
      continue;
    }
    if (table->variables[v].elements != elements) {
      *code = kreg_failf(instance, KREG_ERROR_ARGUMENT,
                         "weight '%.120s' has %lld elements, not %lld", path,
                         (long long)table->variables[v].elements,
                         (long long)elements);
      return NULL;
    }
    *code = KREG_OK;
    return instance->training->weights[v];
  }
  *code =
      kreg_failf(instance, KREG_ERROR_ARGUMENT,
                 "there is no weight '%.120s'; the header lists them", path);
  return NULL;
}

int kreg_rt_get_weight(struct kreg_instance *instance, const char *path,
                       float *values, int64_t elements) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  int code;
  const float *weight = find_weight(instance, path, values, elements, &code);
  if (weight) {
    memcpy(values, weight, (size_t)elements * sizeof *weight);
  }
  return code;
}

int kreg_rt_set_weight(struct kreg_instance *instance, const char *path,
                       const float *values, int64_t elements) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  int code;
  float *weight = find_weight(instance, path, values, elements, &code);
  if (weight) {
    memcpy(weight, values, (size_t)elements * sizeof *weight);
  }
  return code;
}

double kreg_rt_get_learning_rate(const struct kreg_instance *instance) {
  if (!instance) {
    return 0;
  }
  const struct kreg_state *state = instance->training;
  return (double)kreg_learning_rate(state, state->iteration);
}

int kreg_rt_set_learning_rate(struct kreg_instance *instance, double rate) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  struct kreg_state *state = instance->training;
  if (state->table->settings->schedule.kind != KREG_SCHEDULE_NONE) {
    return kreg_rt_fail(instance, KREG_ERROR_UNAVAILABLE,
                        "the learning rate follows a schedule and cannot be "
                        "set");
  }
  if (!isfinite(rate)) {
    return kreg_rt_fail(instance, KREG_ERROR_ARGUMENT,
                        "the learning rate is not a number");
  }
  state->learning_rate = (float)rate;
  return KREG_OK;
}

int64_t kreg_rt_get_iteration(const struct kreg_instance *instance) {
  return instance ? instance->training->iteration : 0;
}

int kreg_rt_set_iteration(struct kreg_instance *instance, int64_t iteration) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  if (iteration < 0) {
    return kreg_failf(instance, KREG_ERROR_ARGUMENT,
                      "the iteration %lld is negative", (long long)iteration);
  }
  instance->training->iteration = iteration;
  return KREG_OK;
}

int kreg_rt_set_seed(struct kreg_instance *instance, uint64_t seed) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  instance->training->seed = seed;
  return KREG_OK;
}

int kreg_rt_use_averages(struct kreg_instance *instance) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  struct kreg_state *state = instance->training;
  const struct kreg_training *table = state->table;
  if (!table->settings->optimizer.use_ema) {
    return kreg_rt_fail(instance, KREG_ERROR_UNAVAILABLE,
                        "the optimizer keeps no averages of the weights");
  }
  for (int v = 0; v < table->settings->num_variables; ++v) {
    if (state->slot_offsets[v] >= 0) {
      memcpy(state->weights[v], state->slots[0].data + state->slot_offsets[v],
             (size_t)table->variables[v].elements * sizeof(float));
    }
  }
  return KREG_OK;
}
