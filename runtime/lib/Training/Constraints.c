/* keras.constraints: weights whose norms along some axes are bounded. The
 * epsilon is Keras' 1e-7.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Training/State.h"

#include <math.h>

/* Walks a weight row by row (its last axis) and says at which norm each row
 * begins. */
struct rows {
  int64_t at[KREG_MAX_RANK];
  int64_t stride[KREG_MAX_RANK]; /* of the norms; 0 along axes of the sum */
  int64_t norms;                 /* how many there are */
};

static struct rows begin_rows(const struct kreg_variable *variable) {
  struct rows rows = {{0}, {0}, 1};
  for (int axis = variable->rank - 1; axis >= 0; --axis) {
    if (!(variable->constraint.axes >> axis & 1)) {
      rows.stride[axis] = rows.norms;
      rows.norms *= variable->shape[axis];
    }
  }
  return rows;
}

static int64_t norm_of_row(const struct rows *rows, int rank) {
  int64_t first = 0;
  for (int axis = 0; axis + 1 < rank; ++axis) {
    first += rows->at[axis] * rows->stride[axis];
  }
  return first;
}

static bool next_row(struct rows *rows, const struct kreg_variable *variable) {
  for (int axis = variable->rank - 2; axis >= 0; --axis) {
    if (++rows->at[axis] < variable->shape[axis]) {
      return true;
    }
    rows->at[axis] = 0;
  }
  return false;
}

/* The factor for weights of norm `norm`, in Keras' formulas. */
static float factor(const struct kreg_constraint *constraint, float norm) {
  const float epsilon = 1e-7f;
  float wanted = 1;
  if (constraint->kind == KREG_CONSTRAINT_MAX_NORM) {
    float most = (float)constraint->maximum;
    wanted = norm > most ? most : norm;
  } else if (constraint->kind == KREG_CONSTRAINT_MIN_MAX_NORM) {
    float least = (float)constraint->minimum, most = (float)constraint->maximum;
    float rate = (float)constraint->rate;
    float clipped = norm < least ? least : norm > most ? most : norm;
    wanted = rate * clipped + (1 - rate) * norm;
  }
  return wanted / (epsilon + norm);
}

void kreg_constrain(const struct kreg_variable *variable, float *w,
                    double *norms) {
  const struct kreg_constraint *constraint = &variable->constraint;
  if (constraint->kind == KREG_CONSTRAINT_NONE ||
      constraint->kind == KREG_CONSTRAINT_NON_NEG || variable->elements == 0) {
    return;
  }
  int last = variable->rank - 1;
  int64_t length = last < 0 ? 1 : variable->shape[last];
  struct rows rows = begin_rows(variable);
  int64_t step = last < 0 ? 0 : rows.stride[last];
  for (int64_t i = 0; i < rows.norms; ++i) {
    norms[i] = 0;
  }
  const float *x = w;
  do {
    double *sum = norms + norm_of_row(&rows, variable->rank);
    for (int64_t i = 0; i < length; ++i, ++x) {
      sum[i * step] += (double)*x * (double)*x;
    }
  } while (next_row(&rows, variable));
  for (int64_t i = 0; i < rows.norms; ++i) {
    norms[i] = (double)factor(constraint, (float)sqrt(norms[i]));
  }
  do {
    const double *scale = norms + norm_of_row(&rows, variable->rank);
    for (int64_t i = 0; i < length; ++i, ++w) {
      *w *= (float)scale[i * step];
    }
  } while (next_row(&rows, variable));
}
