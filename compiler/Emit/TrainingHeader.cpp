// The part of a C header that only training libraries have.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Objects.h"

using namespace llvm;

namespace kregc::emit {
namespace {

constexpr StringLiteral steps = R"(
/* One step of training on a batch of 1 to $N_MAX_BATCH elements: forward, loss,
 * penalties, backward, the optimizer's update, new moving statistics. Arrays
 * are row-major float32: `targets` has one per output; `sample_weights` one per
 * output, [batch], and it or any of them may be NULL for ones; `outputs`, NULL
 * or one per output, gets what the forward pass gave before the update.
 * `result` may be NULL. A step that fails changes nothing. */
int $_train_step($_model *model, int64_t batch, const float *const inputs[],
                 const float *const targets[],
                 const float *const sample_weights[], float *const outputs[],
                 kreg_step_result *result);

/* The losses and penalties of a batch as inference sees it: no noise, moving
 * statistics, nothing changes. */
int $_evaluate($_model *model, int64_t batch, const float *const inputs[],
               const float *const targets[],
               const float *const sample_weights[], float *const outputs[],
               kreg_step_result *result);

/* The gradients of the loss, penalties included, that $_train_step would use:
 * one array for each trainable weight, in the order of $_weight. Nothing
 * changes. */
int $_gradients($_model *model, int64_t batch, const float *const inputs[],
                const float *const targets[],
                const float *const sample_weights[], float *const gradients[],
                kreg_step_result *result);

)";

constexpr StringLiteral state = R"(
/* Weight `number` from 0, in the order of the list above; KREG_ERROR_ARGUMENT
 * behind the last. `out` points into the instance. */
int $_weight($_model *model, int64_t number, kreg_tensor *out);

/* The same of the optimizer's variables, in Keras' order, but for the iteration
 * and the learning rate. */
int $_optimizer_variable($_model *model, int64_t number, kreg_tensor *out);

/* Copies a weight by its path. `elements` must be the number that it has. */
int $_get_weight($_model *model, const char *path, float *values,
                 int64_t elements);
int $_set_weight($_model *model, const char *path, const float *values,
                 int64_t elements);

/* The learning rate of the next step. One that follows a schedule cannot be
 * set: KREG_ERROR_UNAVAILABLE. */
double $_get_learning_rate(const $_model *model);
int $_set_learning_rate($_model *model, double rate);

/* How many steps were done; schedules and noise depend on it. */
int64_t $_get_iteration(const $_model *model);
int $_set_iteration($_model *model, int64_t iteration);

/* What noise depends on besides: the same seed gives the same bits, for any
 * number of threads. 0 at first. */
int $_set_seed($_model *model, uint64_t seed);

/* Weights become their moving averages, as at the end of Keras' fit;
 * KREG_ERROR_UNAVAILABLE if the optimizer keeps none. */
int $_use_averages($_model *model);

/* One file with all that training changes. Saving writes `<path>.<process>-<n>`
 * and renames it, so `path` is the old or the new file at any moment. A file
 * that is damaged, or of another model, changes nothing when it is loaded. */
int $_save($_model *model, const char *path);
int $_load($_model *model, const char *path);
)";

} // namespace

void printTraining(raw_ostream &os, const LibraryInput &input,
                   const Parts &parts, function_ref<void(StringRef)> expand) {
  host::Size bytes = parts.training->stepBytes();
  expand(steps);
  os << "/* The bytes that an instance takes for steps of that batch: "
     << bytes.constant << " + " << bytes.perBatch << " * batch,\n"
     << " * and scratch memory of kernels for each thread. */\n";
  expand("int64_t $_step_bytes(int64_t batch);\n");
  expand(state);
}

} // namespace kregc::emit
