// Collects penalty sites from the Model, without any IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Sites.h"

#include "frontends/Keras/Reader.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <set>

namespace kregc::driver {
namespace {

Site activitySite(const keras::Model &model, const keras::Call &call,
                  const keras::Layer &layer, bool live) {
  Site site;
  site.layer = layer.name;
  site.className = layer.className;
  site.call = call.index;
  site.regularizer = *layer.activityRegularizer;
  site.perBatch = model.dividesPenaltyByBatch;
  site.live = live;
  site.why = live ? "" : "reaches no output";
  return site;
}

Site weightSite(const keras::Model &model, const keras::Layer &layer,
                const keras::Weight &weight, bool used) {
  Site site;
  site.activity = false;
  site.layer = layer.name;
  site.className = layer.className;
  site.variable = weight.variable;
  site.regularizer = *weight.regularizer;
  site.shape = weight.shape;
  site.trained = weight.trainable;
  site.live = used && isApplied(model, weight);
  site.why = site.live ? ""
             : used    ? "the weight is frozen"
                       : "reaches no output";
  return site;
}

} // namespace

std::vector<bool> liveLayers(const keras::Model &model) {
  std::vector<bool> live = keras::liveCalls(model);
  std::vector<bool> used(model.layers.size());
  for (size_t i = 0; i < model.calls.size(); ++i) {
    if (live[i]) {
      used[model.calls[i].layer] = true;
    }
  }
  return used;
}

std::vector<Site> collectSites(const keras::Model &model) {
  std::vector<Site> sites;
  std::vector<bool> live = keras::liveCalls(model);
  for (size_t i = 0; i < model.calls.size(); ++i) {
    const keras::Call &call = model.calls[i];
    const keras::Layer &layer = model.layers[call.layer];
    if (layer.activityRegularizer) {
      sites.push_back(activitySite(model, call, layer, live[i]));
      sites.back().shape = call.shape;
      sites.back().tensor = static_cast<int>(i);
    }
  }
  std::vector<bool> used = liveLayers(model);
  for (size_t i = 0; i < model.layers.size(); ++i) {
    for (const keras::Weight &weight : model.layers[i].weights) {
      if (weight.regularizer) {
        sites.push_back(weightSite(model, model.layers[i], weight, used[i]));
      }
    }
  }
  return sites;
}

bool isApplied(const keras::Model &model, const keras::Weight &weight) {
  return weight.regularizer &&
         (weight.trainable || model.penalisesFrozenWeights);
}

int64_t countParameters(const keras::Model &model) {
  std::vector<bool> used = liveLayers(model);
  int64_t count = 0;
  for (size_t i = 0; i < model.layers.size(); ++i) {
    for (const keras::Weight &weight : model.layers[i].weights) {
      int64_t elements = used[i];
      for (int64_t size : weight.shape) {
        elements *= size;
      }
      count += elements;
    }
  }
  return count;
}

std::string number(double value) {
  return llvm::formatv("{0}", llvm::format("%.7g", value)).str();
}

std::string describe(const keras::Regularizer &regularizer) {
  if (regularizer.kind == keras::Regularizer::Kind::Orthogonal) {
    return regularizer.className + "(factor=" + number(regularizer.factor) +
           ", mode=" + (regularizer.rows ? "rows" : "columns") + ")";
  }
  bool both = regularizer.l1 != 0 && regularizer.l2 != 0;
  std::string text = regularizer.className + "(";
  if (both || regularizer.l2 == 0) {
    text += "l1=" + number(regularizer.l1);
  }
  if (both || regularizer.l2 != 0) {
    text += std::string(both ? ", " : "") + "l2=" + number(regularizer.l2);
  }
  return text + ")";
}

std::string describe(const keras::Shape &shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += i ? ", " : "";
    text += shape[i] >= 0 ? std::to_string(shape[i]) : i ? "?" : "batch";
  }
  return text + ")";
}

} // namespace kregc::driver
