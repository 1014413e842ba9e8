/* The runtime inside a generated library: what host code and kernels call.
 * It is linked into each library as LLVM bitcode and made internal there, so
 * none of these names is seen outside of an archive.
 *
 * An instance is the user_context of the thread that calls it; other threads
 * get their own, see Instance.h.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef KREG_RUNTIME_LIB_RUNTIME_H
#define KREG_RUNTIME_LIB_RUNTIME_H

#include "runtime/include/kreg/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int (*kreg_task)(void *user_context, int index, uint8_t *closure);

struct kreg_instance;

/* What generated host code calls. */

int kreg_rt_create(const kreg_options *options, struct kreg_instance **out);
void kreg_rt_destroy(struct kreg_instance *instance);

/* At least `bytes` at a multiple of 64 that stay until a larger number is asked
 * for; NULL if there is no memory (the error is then reported). */
void *kreg_rt_arena(struct kreg_instance *instance, int64_t bytes);

/* Sum in float64: eight lanes, then a tree; the order is that of the index. */
double kreg_rt_sum(const float *values, int64_t count);

/* OrthogonalRegularizer of a row-major matrix, see Orthogonal.c. `of_rows`: its
 * vectors are the rows, else the columns. Adds scale times the gradient to
 * `gradient` if that is not NULL. `scratch` has room for two doubles per
 * vector, and for each number of the matrix one float, with a gradient two. */
double kreg_rt_orthogonal(struct kreg_instance *instance, int64_t rows,
                          int64_t columns, int32_t of_rows, double factor,
                          double scale, const float *matrix, float *gradient,
                          void *scratch);

/* Each notes and reports a message and returns an error code. */
int kreg_rt_fail(struct kreg_instance *instance, int code, const char *message);
int kreg_rt_fail_batch(struct kreg_instance *instance, int64_t batch,
                       int64_t least, int64_t most);
int kreg_rt_fail_kernel(struct kreg_instance *instance, int status);

/* Says which kernel comes next. `work`: about how many nanoseconds it takes on
 * one thread; a short one is not shared. */
void kreg_rt_begin(struct kreg_instance *instance, const char *kernel,
                   int64_t work);

/* Says that the kernel that kreg_rt_begin named was the last for now. */
void kreg_rt_end(struct kreg_instance *instance);

/* The last message; "" if nothing failed or there is no instance. */
const char *kreg_rt_message(const struct kreg_instance *instance);

/* A recorded vector; `inputs` … are arrays of row-major arrays. */
struct kreg_self_test {
  int64_t batch;
  int32_t num_inputs, num_outputs, num_penalties, reserved;
  const float *const *inputs, *const *outputs;
  const int64_t *output_sizes; /* in elements */
  const double *penalties;
  double relative, absolute;
};
typedef int (*kreg_forward)(struct kreg_instance *, int64_t,
                            const float *const *, float *const *, double *);

/* Calls `run`, which calls kernels. If one of them fails inside, reports that
 * and returns an error code. */
int kreg_rt_guard(struct kreg_instance *instance, int64_t batch,
                  const float *const *inputs, float *const *outputs,
                  double *penalties, kreg_forward run);

int kreg_rt_self_test(struct kreg_instance *instance,
                      const struct kreg_self_test *test, kreg_forward forward);

/* What kernels call. Where one of these fails inside of kreg_rt_guard, it does
 * not return: kernels of release builds would go on. */

enum { KREG_STATUS_NO_MEMORY = -11 }; /* halide_error_code_out_of_memory */

int halide_do_par_for(void *user_context, kreg_task task, int min, int size,
                      uint8_t *closure);
void *halide_malloc(void *user_context, size_t bytes);
void halide_free(void *user_context, void *memory);
void halide_error(void *user_context, const char *message);

/* Notes what a check of a kernel found; `what` is the name of Halide's error
 * function. Returns a nonzero status. */
int kreg_rt_check_failed(void *user_context, const char *what);

#ifdef __cplusplus
}
#endif

#endif /* KREG_RUNTIME_LIB_RUNTIME_H */
