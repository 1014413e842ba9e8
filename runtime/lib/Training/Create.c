/* Making and ending what an instance trains: which variables the optimizer has,
 * and one block of memory for all that does not follow the batch.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int kreg_failf(struct kreg_instance *instance, int code, const char *format,
               ...) {
  char text[sizeof instance->message];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return kreg_rt_fail(instance, code, text);
}

static void add_slot(struct kreg_state *state, const char *name, int group,
                     double initial) {
  struct kreg_slot slot = {name, group, (float)initial, NULL};
  state->slots[state->num_slots++] = slot;
}

/* Slots of the rule itself, in the order in which Rules.c takes them. */
static void list_own_slots(const struct kreg_optimizer *o,
                           struct kreg_state *state) {
  switch ((enum kreg_optimizer_kind)o->kind) {
  case KREG_OPTIMIZER_SGD:
    if (o->momentum != 0) {
      add_slot(state, "momentum", 2, 0);
    }
    break;
  case KREG_OPTIMIZER_RMSPROP:
    add_slot(state, "velocity", 2, 0);
    if (o->momentum > 0) {
      add_slot(state, "momentum", 3, 0);
    }
    if (o->centered) {
      add_slot(state, "average_gradient", 4, 0);
    }
    break;
  case KREG_OPTIMIZER_ADAM:
  case KREG_OPTIMIZER_ADAMW:
    add_slot(state, "momentum", 2, 0);
    add_slot(state, "velocity", 2, 0);
    if (o->amsgrad) {
      add_slot(state, "velocity_hat", 3, 0);
    }
    break;
  case KREG_OPTIMIZER_ADAGRAD:
    add_slot(state, "accumulator", 2, o->initial_accumulator);
    break;
  case KREG_OPTIMIZER_ADADELTA:
    add_slot(state, "accumulated_grad", 2, 0);
    add_slot(state, "accumulated_delta_var", 2, 0);
    break;
  case KREG_OPTIMIZER_ADAMAX:
    add_slot(state, "momentum", 2, 0);
    add_slot(state, "norm", 2, 0);
    break;
  case KREG_OPTIMIZER_NADAM:
    add_slot(state, "momentum", 2, 0);
    add_slot(state, "velocity", 2, 0);
    break;
  case KREG_OPTIMIZER_LION:
    add_slot(state, "momentum", 2, 0);
    break;
  case KREG_OPTIMIZER_FTRL:
    add_slot(state, "accumulator", 2, o->initial_accumulator);
    add_slot(state, "linear", 2, 0);
    break;
  case KREG_OPTIMIZER_COUNT:
    break;
  }
}

void kreg_list_slots(const struct kreg_optimizer *optimizer,
                     struct kreg_state *state) {
  state->num_slots = 0;
  if (optimizer->use_ema) {
    add_slot(state, "average", 0, 0);
  }
  if (optimizer->gradient_accumulation_steps > 1) {
    add_slot(state, "gradient_accumulator", 1, 0);
  }
  state->first_own = state->num_slots;
  list_own_slots(optimizer, state);
}

/* Gives out pieces of a block; without one it only counts. */
struct carver {
  char *block;
  int64_t used;
};

static void *carve(struct carver *carver, int64_t bytes) {
  void *piece = carver->block ? carver->block + carver->used : NULL;
  carver->used +=
      (bytes + KREG_ALIGNMENT - 1) / KREG_ALIGNMENT * KREG_ALIGNMENT;
  return piece;
}

/* Elements that a variable takes: 64 readable bytes behind it. */
static int64_t padded(const struct kreg_variable *variable) {
  const int64_t line = KREG_ALIGNMENT / sizeof(float);
  return (variable->elements + line - 1) / line * line + line;
}

static int64_t chunks_of(const struct kreg_variable *variable) {
  bool counts = variable->trainable ||
                variable->regularizer.kind != KREG_REGULARIZER_NONE;
  return counts ? (variable->elements + KREG_CHUNK - 1) / KREG_CHUNK : 0;
}

static int64_t scratch_of(const struct kreg_variable *variable) {
  int64_t most = 0;
  if (variable->constraint.kind != KREG_CONSTRAINT_NONE &&
      variable->constraint.kind != KREG_CONSTRAINT_NON_NEG) {
    most = variable->elements;
  }
  if (variable->regularizer.kind == KREG_REGULARIZER_ORTHOGONAL) {
    int64_t vectors = variable->shape[variable->regularizer.rows ? 0 : 1];
    int64_t own = 2 * vectors + variable->elements; /* in doubles */
    most = own > most ? own : most;
  }
  return most;
}

/* The arrays with an entry per variable. */
static void lay_out_tables(struct kreg_state *state, struct carver *carver) {
  const struct kreg_training_settings *s = state->table->settings;
  int64_t variables = s->num_variables, pointer = sizeof(void *);
  state->weights = carve(carver, variables * pointer);
  state->gradients = carve(carver, variables * pointer);
  state->states = carve(carver, variables * pointer);
  state->slot_offsets = carve(carver, variables * (int64_t)sizeof(int64_t));
  state->clip_scales = carve(carver, variables * (int64_t)sizeof(float));
  state->weight_penalties = carve(carver, variables * (int64_t)sizeof(double));
  state->inputs =
      carve(carver, (s->num_inputs + 2 * (int64_t)s->num_outputs) * pointer);
  state->outputs = carve(carver, s->num_step_outputs * pointer);
  state->scalars = carve(carver, (s->num_outputs + (int64_t)s->num_penalties) *
                                     (int64_t)sizeof(double));
}

/* Weights and slots. */
static void lay_out_values(struct kreg_state *state, struct carver *carver) {
  const struct kreg_training *table = state->table;
  int64_t chunks = 0, scratch = 0, floats = sizeof(float);
  state->slot_elements = 0;
  for (int v = 0; v < table->settings->num_variables; ++v) {
    const struct kreg_variable *variable = &table->variables[v];
    int64_t bytes = padded(variable) * floats, needed = scratch_of(variable);
    chunks += chunks_of(variable);
    scratch = needed > scratch ? needed : scratch;
    float *weight = carve(carver, bytes);
    if (carver->block) {
      state->weights[v] = weight;
      state->slot_offsets[v] = variable->trainable ? state->slot_elements : -1;
    }
    state->slot_elements += variable->trainable ? padded(variable) : 0;
  }
  for (int s = 0; s < state->num_slots; ++s) {
    state->slots[s].data = carve(carver, state->slot_elements * floats);
  }
  state->num_chunks = chunks;
  state->chunks = carve(carver, chunks * (int64_t)sizeof(struct kreg_chunk));
  state->sums = carve(carver, chunks * KREG_SUMS * (int64_t)sizeof(double));
  state->scratch = carve(carver, scratch * (int64_t)sizeof(double));
}

/* Bytes of the block; fills the pointers into it if there is one. The state
 * itself lies at its beginning. */
static int64_t lay_out(struct kreg_state *state, char *block) {
  struct carver carver = {block, 0};
  carve(&carver, sizeof *state);
  kreg_list_slots(&state->table->settings->optimizer, state);
  lay_out_tables(state, &carver);
  lay_out_values(state, &carver);
  return carver.used;
}

static void fill_chunks(struct kreg_state *state) {
  struct kreg_chunk *chunk = state->chunks;
  for (int v = 0; v < state->table->settings->num_variables; ++v) {
    const struct kreg_variable *variable = &state->table->variables[v];
    int64_t count = chunks_of(variable);
    for (int64_t c = 0; c < count; ++c, ++chunk) {
      int64_t rest = variable->elements - c * KREG_CHUNK;
      chunk->variable = v;
      chunk->begin = c * KREG_CHUNK;
      chunk->count = (int32_t)(rest < KREG_CHUNK ? rest : KREG_CHUNK);
    }
  }
}

static void fill_values(struct kreg_state *state) {
  const struct kreg_training *table = state->table;
  const struct kreg_optimizer *o = &table->settings->optimizer;
  for (int s = 0; s < state->num_slots; ++s) {
    for (int64_t i = 0; i < state->slot_elements; ++i) {
      state->slots[s].data[i] = state->slots[s].initial;
    }
  }
  for (int v = 0; v < table->settings->num_variables; ++v) {
    const struct kreg_variable *variable = &table->variables[v];
    size_t bytes = (size_t)variable->elements * sizeof(float);
    memcpy(state->weights[v], table->initial[v], bytes);
    if (o->use_ema && o->averages_start_there && variable->trainable) {
      memcpy(state->slots[0].data + state->slot_offsets[v], table->initial[v],
             bytes);
    }
  }
  state->u_product = 1;
  state->learning_rate = (float)table->settings->schedule.initial;
  state->seed = table->settings->seed;
}

static void release(struct kreg_instance *instance) {
  struct kreg_state *state = instance->training;
  if (state) {
    kreg_release(instance, state->ones);
    kreg_release(instance, state->own_outputs);
    kreg_release(instance, state);
  }
  instance->training = NULL;
}

int kreg_rt_create_training(const kreg_options *options,
                            const struct kreg_training *table,
                            struct kreg_instance **out) {
  int code = kreg_rt_create(options, out);
  if (code != KREG_OK) {
    return code;
  }
  struct kreg_instance *instance = *out;
  struct kreg_state counted;
  memset(&counted, 0, sizeof counted);
  counted.table = table;
  int64_t bytes = lay_out(&counted, NULL);
  char *block = kreg_allocate(instance, (size_t)bytes);
  if (!block) {
    *out = NULL;
    code = kreg_rt_fail(instance, KREG_ERROR_MEMORY,
                        "memory for the weights could not be allocated");
    kreg_rt_destroy(instance);
    return code;
  }
  memset(block, 0, (size_t)bytes);
  struct kreg_state *state = (struct kreg_state *)(void *)block;
  state->table = table;
  lay_out(state, block);
  fill_chunks(state);
  fill_values(state);
  instance->training = state;
  instance->release_training = release;
  return KREG_OK;
}

int64_t kreg_rt_step_bytes(const struct kreg_training *table, int64_t batch) {
  struct kreg_state counted;
  memset(&counted, 0, sizeof counted);
  counted.table = table;
  int64_t bytes = lay_out(&counted, NULL);
  const struct kreg_training_settings *s = table->settings;
  bytes += (int64_t)sizeof(struct kreg_instance);
  bytes += s->arena.constant + s->arena.per_batch * batch;
  int64_t outputs = 0;
  for (int i = 0; i < s->num_outputs; ++i) {
    outputs += table->output_bytes[i];
  }
  return bytes + (outputs + (int64_t)sizeof(float)) * batch;
}
