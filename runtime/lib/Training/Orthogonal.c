/* keras.regularizers.OrthogonalRegularizer of a matrix: with the rows (or the
 * columns) normalised to x̂_i = x_i / max(‖x_i‖, 1e-7),
 *
 *   penalty = factor/2 · Σ_{i≠j} |x̂_i·x̂_j| / (n(n-1)/2)
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <math.h>
#include <string.h>

struct vectors {
  int64_t count, length;
  int64_t between, within; /* strides in the matrix */
  const float *w;
  float *gradient; /* or NULL */
  double scale;    /* factor/2 / (n(n-1)/2) */

  /* Scratch memory. */
  double *sums;     /* [count]: Σ_j |x̂_i·x̂_j| */
  double *inverses; /* [count]: 1 / max(‖x_i‖, 1e-7) */
  float *unit;      /* [count][length]: x̂ */
  float *pull;      /* [count][length]: gradient of x̂ */
};

static struct vectors view(const struct kreg_variable *variable) {
  struct vectors v;
  memset(&v, 0, sizeof v);
  int64_t rows = variable->shape[0], columns = variable->shape[1];
  bool isRows = variable->regularizer.rows != 0;
  v.count = isRows ? rows : columns;
  v.length = isRows ? columns : rows;
  v.between = isRows ? columns : 1;
  v.within = isRows ? 1 : columns;
  double n = (double)v.count;
  v.scale = variable->regularizer.factor * 0.5 / (n * (n - 1) / 2);
  return v;
}

int64_t kreg_orthogonal_scratch(const struct kreg_variable *variable) {
  struct vectors v = view(variable);
  return 2 * v.count + v.count * v.length; /* two floats in a double */
}

static int normalise(void *context, int i, uint8_t *closure) {
  (void)context;
  struct vectors *v = (struct vectors *)closure;
  const float *x = v->w + i * v->between;
  double square = 0;
  for (int64_t k = 0; k < v->length; ++k) {
    double e = (double)x[k * v->within];
    square += e * e;
  }
  double inverse = 1 / sqrt(square);
  v->inverses[i] = inverse > 1e7 ? 1e7 : inverse;
  for (int64_t k = 0; k < v->length; ++k) {
    v->unit[i * v->length + k] =
        (float)((double)x[k * v->within] * v->inverses[i]);
  }
  return 0;
}

static float dot(const float *restrict a, const float *restrict b, int64_t n) {
  float lane[16] = {0};
  int64_t k = 0;
  for (; k + 16 <= n; k += 16) {
    for (int l = 0; l < 16; ++l) {
      lane[l] += a[k + l] * b[k + l];
    }
  }
  for (int l = 0; k + l < n; ++l) {
    lane[l] += a[k + l] * b[k + l];
  }
  float sum = 0;
  for (int l = 0; l < 16; ++l) {
    sum += lane[l];
  }
  return sum;
}

/* Row i of the product, and what it pulls at x_i: with g_i = Σ_j
 * 2·sign(p_ij)·x̂_j the gradient is (g_i - x̂_i(x̂_i·g_i)) / ‖x_i‖. */
static int penalise(void *context, int i, uint8_t *closure) {
  (void)context;
  struct vectors *v = (struct vectors *)closure;
  int64_t length = v->length;
  const float *own = v->unit + i * length;
  float *restrict pull = v->pull + i * length;
  memset(pull, 0, (size_t)length * sizeof *pull);
  double sum = 0;
  for (int64_t j = 0; j < v->count; ++j) {
    const float *restrict other = v->unit + j * length;
    float p = j == i ? 0 : dot(own, other, length);
    sum += (double)fabsf(p);
    float sign = (float)(p > 0) - (float)(p < 0);
    if (v->gradient && sign != 0) {
      for (int64_t k = 0; k < length; ++k) {
        pull[k] += sign * other[k];
      }
    }
  }
  v->sums[i] = sum;
  if (v->gradient) {
    /* Where the norm is below epsilon it counts as a constant. */
    float along = v->inverses[i] < 1e7 ? dot(own, pull, length) : 0;
    float scale = (float)(2 * v->scale * v->inverses[i]);
    float *g = v->gradient + i * v->between;
    for (int64_t k = 0; k < length; ++k) {
      g[k * v->within] += scale * (pull[k] - own[k] * along);
    }
  }
  return 0;
}

double kreg_orthogonal(struct kreg_instance *instance,
                       const struct kreg_variable *variable, const float *w,
                       float *gradient) {
  struct vectors v = view(variable);
  v.w = w;
  v.gradient = gradient;
  v.sums = instance->training->scratch;
  v.inverses = v.sums + v.count;
  v.unit = (float *)(v.inverses + v.count);
  v.pull = v.unit + v.count * v.length;
  int64_t work = v.count * v.length;
  kreg_parallel(instance, normalise, v.count, &v, work);
  kreg_parallel(instance, penalise, v.count, &v, work * v.count / 4);
  double sum = 0;
  for (int64_t i = 0; i < v.count; ++i) {
    sum += v.sums[i];
  }
  return v.scale * sum;
}
