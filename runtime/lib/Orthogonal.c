/* keras.regularizers.OrthogonalRegularizer of a matrix: with the rows (or the
 * columns) normalised to x̂_i = x_i / max(‖x_i‖, 1e-7),
 *
 *   penalty = factor/2 · Σ_{i≠j} |x̂_i·x̂_j| / (n(n-1)/2)
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Runtime.h"

#include <math.h>
#include <string.h>

struct vectors {
  int64_t count, length;
  int64_t between, within; /* strides in the matrix */
  const float *matrix;
  float *gradient;   /* or NULL */
  double scale;      /* factor/2 / (n(n-1)/2) */
  double pull_scale; /* of the gradient */

  /* Scratch memory. */
  double *sums;     /* [count]: Σ_j |x̂_i·x̂_j| */
  double *inverses; /* [count]: 1 / max(‖x_i‖, 1e-7) */
  float *unit;      /* [count][length]: x̂ */
  float *pull;      /* [count][length]: gradient of x̂ */
};

static int normalise(void *context, int i, uint8_t *closure) {
  (void)context;
  struct vectors *v = (struct vectors *)closure;
  const float *x = v->matrix + i * v->between;
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
  float *restrict pull = v->gradient ? v->pull + i * length : NULL;
  if (pull) {
    memset(pull, 0, (size_t)length * sizeof *pull);
  }
  double sum = 0;
  for (int64_t j = 0; j < v->count; ++j) {
    const float *restrict other = v->unit + j * length;
    float p = j == i ? 0 : dot(own, other, length);
    sum += (double)fabsf(p);
    float sign = (float)(p > 0) - (float)(p < 0);
    if (pull && sign != 0) {
      for (int64_t k = 0; k < length; ++k) {
        pull[k] += sign * other[k];
      }
    }
  }
  v->sums[i] = sum;
  if (pull) {
    /* Where the norm is below epsilon it counts as a constant. */
    float along = v->inverses[i] < 1e7 ? dot(own, pull, length) : 0;
    float scale = (float)(2 * v->pull_scale * v->inverses[i]);
    float *g = v->gradient + i * v->between;
    for (int64_t k = 0; k < length; ++k) {
      g[k * v->within] += scale * (pull[k] - own[k] * along);
    }
  }
  return 0;
}

static void run(struct kreg_instance *instance, const char *name,
                kreg_task task, struct vectors *v, int64_t nanoseconds) {
  kreg_rt_begin(instance, name, nanoseconds);
  halide_do_par_for(instance, task, 0, (int)v->count, (uint8_t *)v);
}

double kreg_rt_orthogonal(struct kreg_instance *instance, int64_t rows,
                          int64_t columns, int32_t of_rows, double factor,
                          double scale, const float *matrix, float *gradient,
                          void *scratch) {
  struct vectors v;
  v.count = of_rows ? rows : columns;
  v.length = of_rows ? columns : rows;
  v.between = of_rows ? columns : 1;
  v.within = of_rows ? 1 : columns;
  v.matrix = matrix;
  v.gradient = gradient;
  double n = (double)v.count;
  v.scale = factor * 0.5 / (n * (n - 1) / 2);
  v.pull_scale = v.scale * scale;
  v.sums = scratch;
  v.inverses = v.sums + v.count;
  v.unit = (float *)(v.inverses + v.count);
  v.pull = gradient ? v.unit + v.count * v.length : NULL;
  int64_t work = v.count * v.length;
  run(instance, "orthogonal_norms", normalise, &v, work);
  run(instance, "orthogonal_pairs", penalise, &v, work * v.count / 4);
  double sum = 0;
  for (int64_t i = 0; i < v.count; ++i) {
    sum += v.sums[i];
  }
  return v.scale * sum;
}
