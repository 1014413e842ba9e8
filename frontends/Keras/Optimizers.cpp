// One function per kind of object; the numbers of a config go through Fields.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Keras/Optimizers.h"

#include "frontends/Keras/Fields.h"
#include "frontends/Keras/Layers/Layers.h"
#include "frontends/Keras/Version.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace kregc;
using namespace kregc::keras;

namespace {

/// An object of a compile config: class and config, either of which may be
/// missing in what a person writes.
struct Object {
  const JsonValue *nameAt = nullptr; ///< for messages
  std::string className;
  const JsonValue *config = nullptr; ///< an object, or null
};

} // namespace

/// A name, or {"class_name": …, "config": {…}}.
static llvm::Expected<Object> readObject(const JsonValue &value,
                                         llvm::StringRef wanted) {
  Object object;
  object.nameAt = &value;
  if (value.isObject()) {
    object.nameAt = value.find("class_name");
    object.config = value.find("config");
  }
  if (!object.nameAt || !object.nameAt->isString()) {
    return diagnose(Diagnostic::JsonKind, value.where(), value.describe(),
                    wanted);
  }
  if (object.config && !object.config->isObject()) {
    return diagnose(Diagnostic::JsonKind, object.config->where(),
                    object.config->describe(), "an object");
  }
  llvm::StringRef name = object.nameAt->string();
  // tf.keras registers its own optimizers under this prefix.
  name.consume_front("Custom>");
  object.className = name.str();
  return object;
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

static std::optional<Schedule::Kind> scheduleKind(llvm::StringRef name) {
  using Kind = Schedule::Kind;
  return llvm::StringSwitch<std::optional<Kind>>(name)
      .Case("ExponentialDecay", Kind::ExponentialDecay)
      .Case("InverseTimeDecay", Kind::InverseTimeDecay)
      .Case("PolynomialDecay", Kind::PolynomialDecay)
      .Case("PiecewiseConstantDecay", Kind::PiecewiseConstantDecay)
      .Case("CosineDecay", Kind::CosineDecay)
      .Case("CosineDecayRestarts", Kind::CosineDecayRestarts)
      .Default(std::nullopt);
}

/// boundaries b₁ … bₙ and the n + 1 values between them.
static void readPieces(Fields &fields, Schedule &schedule) {
  schedule.boundaries = fields.row("boundaries", std::nullopt);
  schedule.values = fields.row("values", std::nullopt);
  const JsonValue *values = fields.get("values");
  if (values && schedule.values.size() != schedule.boundaries.size() + 1) {
    fields.fail(diagnose(Diagnostic::JsonLength, values->where(),
                         schedule.values.size(),
                         schedule.boundaries.size() + 1));
    return;
  }
  if (!llvm::is_sorted(schedule.boundaries)) {
    fields.outOfRange("boundaries", *fields.get("boundaries"),
                      "numbers that grow");
  }
}

/// A number of steps that something is divided by.
static double positive(Fields &fields, llvm::StringRef key,
                       std::optional<double> fallback) {
  double value = fields.number(key, fallback);
  const JsonValue *json = fields.get(key);
  if (json && json->isNumber() && value <= 0) {
    fields.outOfRange(key, *json, "a number above 0");
  }
  return value;
}

static void readDecay(Fields &fields, Schedule &schedule) {
  using Kind = Schedule::Kind;
  Kind kind = schedule.kind;
  schedule.initial = fields.number("initial_learning_rate", std::nullopt);
  schedule.decaySteps = positive(
      fields,
      kind == Kind::CosineDecayRestarts ? "first_decay_steps" : "decay_steps",
      std::nullopt);
  if (kind == Kind::ExponentialDecay || kind == Kind::InverseTimeDecay) {
    schedule.decayRate = fields.number("decay_rate", std::nullopt);
    schedule.staircase = fields.boolean("staircase", false);
  } else if (kind == Kind::PolynomialDecay) {
    schedule.end = fields.number("end_learning_rate", 1e-4);
    schedule.power = fields.number("power", 1.0);
    schedule.cycle = fields.boolean("cycle", false);
  } else {
    schedule.alpha = fields.number("alpha", 0.0);
  }
  if (kind == Kind::CosineDecay && fields.get("warmup_target")) {
    schedule.warmupTarget = fields.number("warmup_target", std::nullopt);
    schedule.warmupSteps = fields.number("warmup_steps", 0.0);
  }
  if (kind == Kind::CosineDecayRestarts) {
    schedule.tMul = positive(fields, "t_mul", 2.0);
    schedule.mMul = fields.number("m_mul", 1.0);
  }
}

llvm::Expected<Schedule> keras::readSchedule(const JsonValue &value) {
  Schedule schedule;
  if (value.isNumber() && std::isfinite(value.number())) {
    schedule.initial = value.number();
    return schedule;
  }
  auto object = readObject(value, "a number or a learning-rate schedule");
  if (!object || value.isString()) {
    llvm::consumeError(object.takeError());
    return diagnose(Diagnostic::JsonKind, value.where(), value.describe(),
                    "a number or a learning-rate schedule");
  }
  std::optional<Schedule::Kind> kind = scheduleKind(object->className);
  if (!kind || isCustomClass(value)) {
    return diagnose(Diagnostic::UnknownSchedule, object->nameAt->where(),
                    object->className);
  }
  if (!object->config) {
    return diagnose(Diagnostic::JsonMissing, value.where(), "config");
  }
  schedule.kind = *kind;
  Version any;
  Fields fields(*object->config, "learning_rate", object->className, any);
  if (*kind == Schedule::Kind::PiecewiseConstantDecay) {
    readPieces(fields, schedule);
  } else {
    readDecay(fields, schedule);
  }
  if (llvm::Error error = fields.takeError()) {
    return std::move(error);
  }
  return schedule;
}

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

namespace {
struct KindRow {
  Optimizer::Kind kind;
  const char *className, *name; ///< of the class; how compile() may call it
  double learningRate;
};
} // namespace

static const KindRow kinds[] = {
    {Optimizer::Kind::SGD, "SGD", "sgd", 0.01},
    {Optimizer::Kind::RMSprop, "RMSprop", "rmsprop", 0.001},
    {Optimizer::Kind::Adam, "Adam", "adam", 0.001},
    {Optimizer::Kind::AdamW, "AdamW", "adamw", 0.001},
    {Optimizer::Kind::Adagrad, "Adagrad", "adagrad", 0.001},
    {Optimizer::Kind::Adadelta, "Adadelta", "adadelta", 0.001},
    {Optimizer::Kind::Adamax, "Adamax", "adamax", 0.001},
    {Optimizer::Kind::Nadam, "Nadam", "nadam", 0.001},
    {Optimizer::Kind::Lion, "Lion", "lion", 0.001},
    {Optimizer::Kind::Ftrl, "Ftrl", "ftrl", 0.001},
};

static const KindRow *findKind(llvm::StringRef name) {
  const auto *row = llvm::find_if(kinds, [&](const KindRow &row) {
    return name == row.className || name.equals_insensitive(row.name);
  });
  return row == std::end(kinds) ? nullptr : row;
}

/// A number of [0, 1): a rate at which an average forgets.
static double share(Fields &fields, llvm::StringRef key, double fallback) {
  double value = fields.number(key, fallback);
  if (const JsonValue *json = fields.get(key);
      json && json->isNumber() && (value < 0 || value > 1)) {
    fields.outOfRange(key, *json, "a number from 0 to 1");
  }
  return value;
}

static void readOwnNumbers(Fields &fields, Optimizer &optimizer) {
  using Kind = Optimizer::Kind;
  Kind kind = optimizer.kind;
  bool lion = kind == Kind::Lion;
  optimizer.epsilon = fields.number("epsilon", 1e-7);
  optimizer.beta1 = share(fields, "beta_1", 0.9);
  optimizer.beta2 = share(fields, "beta_2", lion ? 0.99 : 0.999);
  optimizer.amsgrad = fields.boolean("amsgrad", false);
  optimizer.momentum = share(fields, "momentum", 0);
  optimizer.nesterov = fields.boolean("nesterov", false);
  optimizer.centered = fields.boolean("centered", false);
  optimizer.rho = share(fields, "rho", kind == Kind::Adadelta ? 0.95 : 0.9);
  optimizer.initialAccumulator =
      fields.number("initial_accumulator_value", 0.1);
  optimizer.learningRatePower = fields.number("learning_rate_power", -0.5);
  optimizer.l1 = fields.number("l1_regularization_strength", 0.0);
  optimizer.l2 = fields.number("l2_regularization_strength", 0.0);
  optimizer.l2Shrinkage =
      fields.number("l2_shrinkage_regularization_strength", 0.0);
  optimizer.beta = fields.number("beta", 0.0);
}

/// A number that may be absent, and must be above 0 where it is there.
static std::optional<double> bound(Fields &fields, llvm::StringRef key) {
  return fields.get(key) ? std::optional(positive(fields, key, std::nullopt))
                         : std::nullopt;
}

static void readCommonNumbers(Fields &fields, Optimizer &optimizer) {
  optimizer.clipNorm = bound(fields, "clipnorm");
  optimizer.globalClipNorm = bound(fields, "global_clipnorm");
  optimizer.clipValue = bound(fields, "clipvalue");
  if (fields.get("weight_decay")) {
    optimizer.weightDecay = fields.number("weight_decay", std::nullopt);
  } else if (optimizer.kind == Optimizer::Kind::AdamW &&
             !fields.config.find("weight_decay")) {
    optimizer.weightDecay = 0.004; // a name or config without the key
  }
  optimizer.useEma = fields.boolean("use_ema", false);
  optimizer.emaMomentum = share(fields, "ema_momentum", 0.99);
  optimizer.emaOverwriteFrequency =
      fields.integer("ema_overwrite_frequency", 0, 1);
  optimizer.gradientAccumulationSteps =
      fields.integer("gradient_accumulation_steps", 1, 1, 1 << 20);
  if (const JsonValue *scale = fields.get("loss_scale_factor");
      scale && !(scale->isNumber() && scale->number() == 1)) {
    // The gradients are scaled and scaled back: in float32 that changes none.
    positive(fields, "loss_scale_factor", std::nullopt);
  }
  optimizer.name = fields.text("name", optimizer.name).str();
}

/// tf.keras up to 2.10, and `optimizers.legacy` later, write `decay`.
static bool isLegacy(const JsonValue &config, const Version &version) {
  if (const JsonValue *flag = config.find("is_legacy_optimizer");
      flag && flag->isBool()) {
    return flag->boolean();
  }
  return version.major < 3 &&
         (config.find("decay") || config.find("schedule_decay"));
}

static llvm::Error readConfig(const JsonValue &config, const Version &version,
                              Optimizer &optimizer) {
  Fields fields(config, "optimizer", optimizer.className, version);
  optimizer.legacy = isLegacy(config, version);
  const JsonValue *rate = fields.get("learning_rate");
  if (!rate) {
    rate = fields.get("lr"); // Keras 2.2 and before
  }
  if (rate) {
    auto schedule = readSchedule(*rate);
    if (!schedule) {
      return schedule.takeError();
    }
    optimizer.learningRate = std::move(*schedule);
  }
  readOwnNumbers(fields, optimizer);
  readCommonNumbers(fields, optimizer);
  optimizer.decay = fields.number("decay", 0.0);
  return fields.takeError();
}

llvm::Expected<Optimizer> keras::readOptimizer(const JsonValue &value,
                                               const Version &version) {
  auto object = readObject(value, "the name of an optimizer or an optimizer "
                                  "object");
  if (!object) {
    return object.takeError();
  }
  const KindRow *row = findKind(object->className);
  const JsonValue *registered = value.find("registered_name");
  bool custom = registered && registered->isString() && isCustomClass(value) &&
                !registered->string().starts_with("Custom>");
  if (!row || custom) {
    return diagnose(Diagnostic::UnknownOptimizer, object->nameAt->where(),
                    object->className);
  }
  Optimizer optimizer;
  optimizer.kind = row->kind;
  optimizer.className = row->className;
  optimizer.name = row->name;
  optimizer.learningRate.initial = row->learningRate;
  JsonLimits limits;
  auto empty = JsonDocument::parse("{}", "", limits);
  if (!empty) {
    return empty.takeError();
  }
  const JsonValue &config = object->config ? *object->config : (*empty)->root();
  if (llvm::Error error = readConfig(config, version, optimizer)) {
    return std::move(error);
  }
  int clips = optimizer.clipNorm.has_value() +
              optimizer.globalClipNorm.has_value() +
              optimizer.clipValue.has_value();
  if (clips > 1) {
    return diagnose(Diagnostic::OptimizerOption, value.where(),
                    optimizer.className,
                    "more than one of clipnorm, global_clipnorm, clipvalue");
  }
  return optimizer;
}

//===----------------------------------------------------------------------===//
// Constraints
//===----------------------------------------------------------------------===//

static std::optional<Constraint::Kind> constraintKind(llvm::StringRef name) {
  using Kind = Constraint::Kind;
  return llvm::StringSwitch<std::optional<Kind>>(name)
      .Cases({"MaxNorm", "max_norm", "maxnorm"}, Kind::MaxNorm)
      .Cases({"NonNeg", "non_neg", "nonneg"}, Kind::NonNeg)
      .Cases({"UnitNorm", "unit_norm", "unitnorm"}, Kind::UnitNorm)
      .Cases({"MinMaxNorm", "min_max_norm", "minmaxnorm"}, Kind::MinMaxNorm)
      .Default(std::nullopt);
}

static llvm::Error readBounds(const JsonValue &config, llvm::StringRef layer,
                              int64_t rank, const Version &version,
                              Constraint &constraint) {
  bool between = constraint.kind == Constraint::Kind::MinMaxNorm;
  Fields fields(config, layer, constraint.className, version);
  constraint.minimum = fields.number("min_value", 0.0);
  constraint.maximum = fields.number("max_value", between ? 1.0 : 2.0);
  constraint.rate = fields.number("rate", 1.0);
  constraint.axes = fields.axes("axis", 0);
  for (int64_t &axis : constraint.axes) {
    bool fits = axis >= -rank && axis < rank;
    if (!fits && fields.get("axis")) {
      fields.outOfRange("axis", *fields.get("axis"),
                        "an axis of a weight of rank " + llvm::Twine(rank));
    }
    axis = axis < 0 ? axis + rank : axis;
  }
  return fields.takeError();
}

llvm::Expected<std::optional<Constraint>>
keras::readConstraint(const JsonValue *value, llvm::StringRef layer,
                      int64_t rank, const Version &version) {
  if (!value || value->isNull()) {
    return std::nullopt;
  }
  auto object = readObject(*value, "null, a name or a constraint object");
  if (!object) {
    return object.takeError();
  }
  Constraint constraint;
  constraint.className = object->className;
  constraint.where = value->where();
  std::optional<Constraint::Kind> kind = constraintKind(object->className);
  if (!kind || isCustomClass(*value)) {
    constraint.kind = Constraint::Kind::Foreign;
    return constraint;
  }
  constraint.kind = *kind;
  constraint.maximum = *kind == Constraint::Kind::MinMaxNorm ? 1 : 2;
  if (object->config) {
    if (llvm::Error error =
            readBounds(*object->config, layer, rank, version, constraint)) {
      return std::move(error);
    }
  }
  return constraint;
}
