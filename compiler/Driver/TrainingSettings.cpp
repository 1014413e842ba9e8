// See TrainingSettings.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/TrainingSettings.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <cstring>

namespace kregc::driver {
namespace {

kreg_optimizer_kind kindOf(keras::Optimizer::Kind kind) {
  using Kind = keras::Optimizer::Kind;
  switch (kind) {
  case Kind::SGD:
    return KREG_OPTIMIZER_SGD;
  case Kind::RMSprop:
    return KREG_OPTIMIZER_RMSPROP;
  case Kind::Adam:
    return KREG_OPTIMIZER_ADAM;
  case Kind::AdamW:
    return KREG_OPTIMIZER_ADAMW;
  case Kind::Adagrad:
    return KREG_OPTIMIZER_ADAGRAD;
  case Kind::Adadelta:
    return KREG_OPTIMIZER_ADADELTA;
  case Kind::Adamax:
    return KREG_OPTIMIZER_ADAMAX;
  case Kind::Nadam:
    return KREG_OPTIMIZER_NADAM;
  case Kind::Lion:
    return KREG_OPTIMIZER_LION;
  case Kind::Ftrl:
    return KREG_OPTIMIZER_FTRL;
  }
  llvm_unreachable("every optimizer has its kind");
}

/// What Keras 2 does otherwise. `decay` of its Nadam is not that of the rate.
void setLegacy(const keras::Optimizer &given, const keras::Version &version,
               kreg_optimizer &o) {
  o.epsilon_outside = given.legacy;
  o.averages_start_there = version.major == 2;
  if (given.legacy && given.kind == keras::Optimizer::Kind::Nadam) {
    o.schedule_decay = std::max(given.decay, 1e-30); // 0 would count as 1
  } else {
    o.decay = given.decay;
  }
}

kreg_optimizer convert(const keras::Optimizer &given,
                       const keras::Version &version) {
  kreg_optimizer o;
  std::memset(&o, 0, sizeof o);
  o.kind = kindOf(given.kind);
  o.nesterov = given.nesterov;
  o.amsgrad = given.amsgrad;
  o.centered = given.centered;
  o.momentum = given.momentum;
  o.rho = given.rho;
  o.beta_1 = given.beta1;
  o.beta_2 = given.beta2;
  o.epsilon = given.epsilon;
  o.initial_accumulator = given.initialAccumulator;
  o.learning_rate_power = given.learningRatePower;
  o.l1 = given.l1;
  o.l2 = given.l2;
  o.l2_shrinkage = given.l2Shrinkage;
  o.beta = given.beta;
  o.clipnorm = given.clipNorm.value_or(0);
  o.global_clipnorm = given.globalClipNorm.value_or(0);
  o.clipvalue = given.clipValue.value_or(0);
  o.has_weight_decay = given.weightDecay.has_value();
  o.weight_decay = given.weightDecay.value_or(0);
  o.use_ema = given.useEma;
  o.ema_momentum = given.emaMomentum;
  o.ema_overwrite_frequency = given.emaOverwriteFrequency;
  o.gradient_accumulation_steps = given.gradientAccumulationSteps;
  setLegacy(given, version, o);
  return o;
}

kreg_schedule_kind kindOf(keras::Schedule::Kind kind) {
  using Kind = keras::Schedule::Kind;
  switch (kind) {
  case Kind::Constant:
    return KREG_SCHEDULE_NONE;
  case Kind::ExponentialDecay:
    return KREG_SCHEDULE_EXPONENTIAL_DECAY;
  case Kind::InverseTimeDecay:
    return KREG_SCHEDULE_INVERSE_TIME_DECAY;
  case Kind::PolynomialDecay:
    return KREG_SCHEDULE_POLYNOMIAL_DECAY;
  case Kind::PiecewiseConstantDecay:
    return KREG_SCHEDULE_PIECEWISE_CONSTANT_DECAY;
  case Kind::CosineDecay:
    return KREG_SCHEDULE_COSINE_DECAY;
  case Kind::CosineDecayRestarts:
    return KREG_SCHEDULE_COSINE_DECAY_RESTARTS;
  }
  llvm_unreachable("every schedule has its kind");
}

kreg_schedule convert(const keras::Schedule &given) {
  kreg_schedule s;
  std::memset(&s, 0, sizeof s);
  s.kind = kindOf(given.kind);
  s.staircase = given.staircase;
  s.cycle = given.cycle;
  s.has_warmup = given.warmupTarget.has_value();
  s.initial = given.initial;
  s.decay_steps = given.decaySteps;
  s.decay_rate = given.decayRate;
  s.end = given.end;
  s.power = given.power;
  s.alpha = given.alpha;
  s.warmup_target = given.warmupTarget.value_or(0);
  s.warmup_steps = given.warmupSteps;
  s.t_mul = given.tMul;
  s.m_mul = given.mMul;
  s.num_boundaries = int64_t(given.boundaries.size());
  return s;
}

kreg_constraint convert(const keras::Constraint &given) {
  using Kind = keras::Constraint::Kind;
  kreg_constraint c;
  std::memset(&c, 0, sizeof c);
  switch (given.kind) {
  case Kind::MaxNorm:
    c.kind = KREG_CONSTRAINT_MAX_NORM;
    break;
  case Kind::NonNeg:
    c.kind = KREG_CONSTRAINT_NON_NEG;
    break;
  case Kind::UnitNorm:
    c.kind = KREG_CONSTRAINT_UNIT_NORM;
    break;
  case Kind::MinMaxNorm:
    c.kind = KREG_CONSTRAINT_MIN_MAX_NORM;
    break;
  case Kind::Foreign:
    llvm_unreachable("readTraining refuses foreign constraints");
  }
  for (int64_t axis : given.axes) {
    c.axes |= axis >= 0 && axis < KREG_MAX_RANK ? 1u << axis : 0;
  }
  c.minimum = given.minimum;
  c.maximum = given.maximum;
  c.rate = given.rate;
  return c;
}

} // namespace

host::TrainingSettings makeTrainingSettings(const keras::Model &model) {
  const keras::Optimizer &optimizer = model.training->optimizer;
  host::TrainingSettings settings;
  settings.optimizer = convert(optimizer, model.version);
  settings.schedule = convert(optimizer.learningRate);
  settings.boundaries = optimizer.learningRate.boundaries;
  llvm::append_range(settings.boundaries, optimizer.learningRate.values);
  for (const keras::Layer &layer : model.layers) {
    for (const keras::Weight &weight : layer.weights) {
      if (weight.constraint) {
        settings.constraints[weight.path] = convert(*weight.constraint);
      }
    }
  }
  return settings;
}

} // namespace kregc::driver
