// The adviser of `inspect`: every row of frontends/Keras/Warnings.def that
// holds for a model. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_INSPECT_ADVICE_H
#define KREGC_COMPILER_DRIVER_INSPECT_ADVICE_H

#include "compiler/Driver/Inspect/ModelFacts.h"
#include "frontends/Keras/Warnings.h"

namespace kregc::driver {

/// Where the checks put what they find.
using Findings = std::vector<keras::Warning>;

/// Warnings, then notes; of each what the reader found, what concerns the
/// model, then each penalty in the order of `facts.sites`. Nothing is said
/// twice.
Findings advise(const ModelFacts &facts);

// The checks by what they look at; each has a row or a few.
void adviseOnVersion(const ModelFacts &facts, Findings &findings);
void adviseOnRegularizer(const ModelFacts &facts, const Site &site,
                         Findings &findings);
void adviseOnTensor(const ModelFacts &facts, const Site &site,
                    Findings &findings);
void adviseOnSizes(const ModelFacts &facts, Findings &findings);
void adviseOnDuplicates(const ModelFacts &facts, Findings &findings);

/// A regularizer with all coefficients times `factor`.
keras::Regularizer scaled(keras::Regularizer regularizer, double factor);

/// Whether it penalises anything.
bool isZero(const keras::Regularizer &regularizer);

/// Whether it is a live activity penalty that is not zero.
bool isCounted(const Site &site);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_INSPECT_ADVICE_H
