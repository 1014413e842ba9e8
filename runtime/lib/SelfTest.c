/* Runs a recorded vector again and compares.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Instance.h"

#include <math.h>
#include <stdio.h>

/* NaN and infinity must come out as they were recorded. */
static bool is_near(const struct kreg_self_test *test, double found,
                    double wanted) {
  if (isnan(wanted) || isinf(wanted)) {
    return isnan(wanted) ? isnan(found) : found == wanted;
  }
  return fabs(found - wanted) <= test->absolute + test->relative * fabs(wanted);
}

static int report(struct kreg_instance *instance, const char *what, int number,
                  int64_t element, double found, double wanted) {
  snprintf(instance->message, sizeof instance->message,
           "self test: %s %d, element %lld: %.9g instead of %.9g", what, number,
           (long long)element, found, wanted);
  return kreg_rt_fail(instance, KREG_ERROR_SELF_TEST, instance->message);
}

static int compare(struct kreg_instance *instance,
                   const struct kreg_self_test *test, float *const *outputs,
                   const double *penalties) {
  for (int o = 0; o < test->num_outputs; ++o) {
    for (int64_t i = 0; i < test->output_sizes[o]; ++i) {
      double found = outputs[o][i], wanted = test->outputs[o][i];
      if (!is_near(test, found, wanted)) {
        return report(instance, "output", o, i, found, wanted);
      }
    }
  }
  for (int p = 0; p < test->num_penalties; ++p) {
    if (!is_near(test, penalties[p], test->penalties[p])) {
      return report(instance, "penalty", p, 0, penalties[p],
                    test->penalties[p]);
    }
  }
  return KREG_OK;
}

int kreg_rt_self_test(struct kreg_instance *instance,
                      const struct kreg_self_test *test, kreg_forward forward) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  if (!test) {
    return kreg_rt_fail(instance, KREG_ERROR_UNAVAILABLE,
                        "this library was built without a self test");
  }
  /* One block: pointers, penalties, then the outputs. */
  size_t pointers = (size_t)test->num_outputs * sizeof(float *);
  size_t penalties = (size_t)test->num_penalties * sizeof(double);
  size_t elements = 0;
  for (int o = 0; o < test->num_outputs; ++o) {
    elements += (size_t)test->output_sizes[o];
  }
  char *block =
      kreg_allocate(instance, pointers + penalties + elements * sizeof(float));
  if (!block) {
    return kreg_rt_fail(instance, KREG_ERROR_MEMORY,
                        "the memory for the self test could not be allocated");
  }
  void *cursor = block;
  float **outputs = cursor;
  cursor = block + pointers;
  double *sums = cursor;
  cursor = block + pointers + penalties;
  float *data = cursor;
  for (int o = 0; o < test->num_outputs; ++o) {
    outputs[o] = data;
    data += test->output_sizes[o];
  }
  int code = forward(instance, test->batch, test->inputs, outputs, sums);
  if (code == KREG_OK) {
    code = compare(instance, test, outputs, sums);
  }
  kreg_release(instance, block);
  return code;
}
