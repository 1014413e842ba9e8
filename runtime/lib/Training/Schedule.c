/* Learning rates as keras.optimizers.schedules computes them, in float32 and
 * in the same order, so that floors fall on the same steps.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <math.h>

static float steps_of(const struct kreg_schedule *s, float step) {
  float p = step / (float)s->decay_steps;
  return s->staircase ? floorf(p) : p;
}

static float polynomial(const struct kreg_schedule *s, float step) {
  float initial = (float)s->initial, end = (float)s->end;
  float steps = (float)s->decay_steps;
  if (s->cycle) {
    steps *= step == 0 ? 1.0f : ceilf(step / steps);
  } else {
    step = step < steps ? step : steps;
  }
  return (initial - end) * powf(1 - step / steps, (float)s->power) + end;
}

/* values[i] for steps up to boundaries[i]. */
static float piecewise(const struct kreg_schedule *s, const double *numbers,
                       int64_t iteration) {
  int64_t i = 0;
  while (i < s->num_boundaries && iteration > (int64_t)numbers[i]) {
    ++i;
  }
  return (float)numbers[s->num_boundaries + i];
}

static const float pi = 3.14159265358979f;

static float cosine(const struct kreg_schedule *s, float step) {
  float steps = (float)s->decay_steps, from = (float)s->initial;
  float alpha = (float)s->alpha;
  if (s->has_warmup) {
    float warmup = (float)s->warmup_steps, target = (float)s->warmup_target;
    step = step < steps + warmup ? step : steps + warmup;
    if (step < warmup) {
      return (target - from) * (step / warmup) + from;
    }
    step -= warmup;
    from = target;
  } else {
    step = step < steps ? step : steps;
  }
  float decayed = 0.5f * (1 + cosf(pi * (step / steps)));
  return from * ((1 - alpha) * decayed + alpha);
}

static float restarts(const struct kreg_schedule *s, float step) {
  float done = step / (float)s->decay_steps;
  float t = (float)s->t_mul, alpha = (float)s->alpha, restart;
  if (t == 1) {
    restart = floorf(done);
    done -= restart;
  } else {
    restart = floorf(logf(1 - done * (1 - t)) / logf(t));
    float sum = (1 - powf(t, restart)) / (1 - t);
    done = (done - sum) / powf(t, restart);
  }
  float decayed = 0.5f * powf((float)s->m_mul, restart) * (1 + cosf(pi * done));
  return (float)s->initial * ((1 - alpha) * decayed + alpha);
}

float kreg_learning_rate(const struct kreg_state *state, int64_t iteration) {
  const struct kreg_training *table = state->table;
  const struct kreg_schedule *s = &table->settings->schedule;
  float step = (float)iteration;
  switch ((enum kreg_schedule_kind)s->kind) {
  case KREG_SCHEDULE_NONE: {
    double decay = table->settings->optimizer.decay;
    return decay == 0 ? state->learning_rate
                      : state->learning_rate / (1 + (float)decay * step);
  }
  case KREG_SCHEDULE_EXPONENTIAL_DECAY:
    return (float)s->initial * powf((float)s->decay_rate, steps_of(s, step));
  case KREG_SCHEDULE_INVERSE_TIME_DECAY:
    return (float)s->initial / (1 + (float)s->decay_rate * steps_of(s, step));
  case KREG_SCHEDULE_POLYNOMIAL_DECAY:
    return polynomial(s, step);
  case KREG_SCHEDULE_PIECEWISE_CONSTANT_DECAY:
    return piecewise(s, table->boundaries, iteration);
  case KREG_SCHEDULE_COSINE_DECAY:
    return cosine(s, step);
  case KREG_SCHEDULE_COSINE_DECAY_RESTARTS:
    return restarts(s, step);
  }
  return state->learning_rate;
}
