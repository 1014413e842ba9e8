/* The update rules of Keras' optimizers on one chunk: elementwise loops over
 * arrays that do not overlap, which the compiler vectorises. One function per
 * rule; the names of the numbers are Keras'. Constants are rounded to float32
 * where Keras rounds them: 1 - β is computed in double first.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <math.h>

typedef float *restrict floats;
typedef const float *restrict constants;
typedef const struct kreg_optimizer *rule;
typedef const struct kreg_step_numbers *numbers;

/* NaN where one of both is, as in Keras. */
static inline float largest(float a, float b) {
  return a > b || a != a ? a : b;
}

static void sgd(rule o, numbers now, floats w, constants g, floats m, int n) {
  const float mu = (float)o->momentum, lr = now->learning_rate;
  if (o->momentum == 0) {
    for (int i = 0; i < n; ++i) {
      w[i] -= g[i] * lr;
    }
  } else if (o->nesterov) {
    for (int i = 0; i < n; ++i) {
      m[i] = m[i] * mu - g[i] * lr;
      w[i] += m[i] * mu - g[i] * lr;
    }
  } else {
    for (int i = 0; i < n; ++i) {
      m[i] = m[i] * mu - g[i] * lr;
      w[i] += m[i];
    }
  }
}

static void adam(rule o, numbers now, floats w, constants g, floats m, floats v,
                 int n) {
  const float a = (float)(1 - o->beta_1), b = (float)(1 - o->beta_2);
  const float alpha = now->alpha, epsilon = (float)o->epsilon;
  for (int i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * a;
    v[i] += (g[i] * g[i] - v[i]) * b;
    w[i] -= m[i] * alpha / (sqrtf(v[i]) + epsilon);
  }
}

static void amsgrad(rule o, numbers now, floats w, constants g, floats m,
                    floats v, floats hat, int n) {
  const float a = (float)(1 - o->beta_1), b = (float)(1 - o->beta_2);
  const float alpha = now->alpha, epsilon = (float)o->epsilon;
  for (int i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * a;
    v[i] += (g[i] * g[i] - v[i]) * b;
    hat[i] = largest(hat[i], v[i]);
    w[i] -= m[i] * alpha / (sqrtf(hat[i]) + epsilon);
  }
}

/* v and, if centered, the average gradient; then lr·g/√d into `step`. */
static void rms_steps(rule o, numbers now, constants g, floats v,
                      floats average, floats step, int n) {
  const float rho = (float)o->rho, rest = (float)(1 - o->rho);
  const float lr = now->learning_rate;
  /* Without momentum Keras 2.10 and before had ε outside of the root. */
  bool outside = o->epsilon_outside && o->momentum == 0;
  const float in = outside ? 0 : (float)o->epsilon;
  const float out = outside ? (float)o->epsilon : 0;
  if (average) {
    for (int i = 0; i < n; ++i) {
      v[i] = rho * v[i] + rest * (g[i] * g[i]);
      average[i] = rho * average[i] + rest * g[i];
      float d = v[i] - average[i] * average[i] + in;
      step[i] = lr * g[i] / (sqrtf(d) + out);
    }
  } else {
    for (int i = 0; i < n; ++i) {
      v[i] = rho * v[i] + rest * (g[i] * g[i]);
      step[i] = lr * g[i] / (sqrtf(v[i] + in) + out);
    }
  }
}

static void rmsprop(rule o, numbers now, floats w, constants g,
                    float *const slot[], int n) {
  float step[KREG_CHUNK];
  floats m = o->momentum > 0 ? slot[1] : NULL;
  float *average = o->centered ? slot[m ? 2 : 1] : NULL;
  rms_steps(o, now, g, slot[0], average, step, n);
  if (m) {
    const float mu = (float)o->momentum;
    for (int i = 0; i < n; ++i) {
      m[i] = mu * m[i] + step[i];
      w[i] -= m[i];
    }
  } else {
    for (int i = 0; i < n; ++i) {
      w[i] -= step[i];
    }
  }
}

static void adagrad(rule o, numbers now, floats w, constants g, floats a,
                    int n) {
  const float in = o->epsilon_outside ? 0 : (float)o->epsilon;
  const float out = o->epsilon_outside ? (float)o->epsilon : 0;
  const float lr = now->learning_rate;
  for (int i = 0; i < n; ++i) {
    a[i] += g[i] * g[i];
    w[i] -= lr * g[i] / (sqrtf(a[i] + in) + out);
  }
}

static void adadelta(rule o, numbers now, floats w, constants g, floats a,
                     floats d, int n) {
  const float rho = (float)o->rho, rest = (float)(1 - o->rho);
  const float epsilon = (float)o->epsilon, lr = now->learning_rate;
  for (int i = 0; i < n; ++i) {
    a[i] = rho * a[i] + rest * (g[i] * g[i]);
    float delta = -(sqrtf(d[i] + epsilon) * g[i] / sqrtf(a[i] + epsilon));
    d[i] = rho * d[i] + rest * (delta * delta);
    w[i] += lr * delta;
  }
}

static void adamax(rule o, numbers now, floats w, constants g, floats m,
                   floats u, int n) {
  const float a = (float)(1 - o->beta_1), beta_2 = (float)o->beta_2;
  const float lr = now->learning_rate, rest = now->beta_1_rest;
  const float epsilon = (float)o->epsilon;
  for (int i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * a;
    u[i] = largest(beta_2 * u[i], fabsf(g[i]));
    w[i] -= lr * m[i] / (rest * (u[i] + epsilon));
  }
}

static void nadam(rule o, numbers now, floats w, constants g, floats m,
                  floats v, int n) {
  const float a = 1 - (float)o->beta_1, b = 1 - (float)o->beta_2;
  const float lr = now->learning_rate, epsilon = (float)o->epsilon;
  const float next = now->u_next, own = 1 - now->u;
  const float next_rest = 1 - now->u_product_next, rest = 1 - now->u_product;
  const float v_rest = now->beta_2_rest;
  for (int i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * a;
    v[i] += (g[i] * g[i] - v[i]) * b;
    float hat = next * m[i] / next_rest + own * g[i] / rest;
    w[i] -= hat * lr / (sqrtf(v[i] / v_rest) + epsilon);
  }
}

static void lion(rule o, numbers now, floats w, constants g, floats m, int n) {
  const float b1 = (float)o->beta_1, b2 = (float)o->beta_2;
  const float lr = now->learning_rate;
  for (int i = 0; i < n; ++i) {
    float c = m[i] * b1 + g[i] * (1 - b1);
    float sign = (float)(c > 0) - (float)(c < 0);
    w[i] -= lr * (c == c ? sign : c);
    m[i] = m[i] * b2 + g[i] * (1 - b2);
  }
}

/* Inlined once per way to take the power: only the root is vectorised. */
static inline void ftrl_loop(rule o, numbers now, floats w, constants g,
                             floats a, floats z, int n, bool isRoot) {
  const float lr = now->learning_rate, p = (float)-o->learning_rate_power;
  const float l1 = (float)o->l1, shrink = (float)(2 * o->l2_shrinkage);
  const float l2 = (float)o->l2 + (float)o->beta / (2 * lr);
  for (int i = 0; i < n; ++i) {
    float sum = a[i] + g[i] * g[i];
    float after = isRoot ? sqrtf(sum) : powf(sum, p);
    float before = isRoot ? sqrtf(a[i]) : powf(a[i], p);
    z[i] += (g[i] + shrink * w[i]) - (after - before) / lr * w[i];
    float clipped = z[i] < -l1 ? -l1 : z[i] > l1 ? l1 : z[i];
    w[i] = (clipped - z[i]) / (after / lr + 2 * l2);
    a[i] = sum;
  }
}

static void ftrl(rule o, numbers now, floats w, constants g, floats a, floats z,
                 int n) {
  if (o->learning_rate_power == -0.5) {
    ftrl_loop(o, now, w, g, a, z, n, true);
  } else {
    ftrl_loop(o, now, w, g, a, z, n, false);
  }
}

void kreg_update(rule o, numbers now, float *w, const float *g,
                 float *const slot[], int n) {
  switch ((enum kreg_optimizer_kind)o->kind) {
  case KREG_OPTIMIZER_SGD:
    sgd(o, now, w, g, slot[0], n);
    return;
  case KREG_OPTIMIZER_RMSPROP:
    rmsprop(o, now, w, g, slot, n);
    return;
  case KREG_OPTIMIZER_ADAM:
  case KREG_OPTIMIZER_ADAMW:
    if (o->amsgrad) {
      amsgrad(o, now, w, g, slot[0], slot[1], slot[2], n);
    } else {
      adam(o, now, w, g, slot[0], slot[1], n);
    }
    return;
  case KREG_OPTIMIZER_ADAGRAD:
    adagrad(o, now, w, g, slot[0], n);
    return;
  case KREG_OPTIMIZER_ADADELTA:
    adadelta(o, now, w, g, slot[0], slot[1], n);
    return;
  case KREG_OPTIMIZER_ADAMAX:
    adamax(o, now, w, g, slot[0], slot[1], n);
    return;
  case KREG_OPTIMIZER_NADAM:
    nadam(o, now, w, g, slot[0], slot[1], n);
    return;
  case KREG_OPTIMIZER_LION:
    lion(o, now, w, g, slot[0], n);
    return;
  case KREG_OPTIMIZER_FTRL:
    ftrl(o, now, w, g, slot[0], slot[1], n);
    return;
  case KREG_OPTIMIZER_COUNT:
    return;
  }
}
