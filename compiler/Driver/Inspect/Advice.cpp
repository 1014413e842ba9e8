// The adviser: all checks in order, and those that look at a regularizer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/Advice.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

using namespace kregc::keras;

namespace kregc::driver {

Regularizer scaled(Regularizer regularizer, double factor) {
  regularizer.l1 *= factor;
  regularizer.l2 *= factor;
  regularizer.factor *= factor;
  return regularizer;
}

bool isZero(const Regularizer &regularizer) {
  return regularizer.kind == Regularizer::Kind::Orthogonal
             ? regularizer.factor == 0
             : regularizer.l1 == 0 && regularizer.l2 == 0;
}

bool isCounted(const Site &site) {
  return site.activity && site.live && !isZero(site.regularizer);
}

/// Calls of the layer that count, each with its penalty.
static int countLiveCalls(const ModelFacts &facts, const Site &site) {
  return static_cast<int>(llvm::count_if(facts.sites, [&](const Site &other) {
    return other.activity && other.live && other.layer == site.layer;
  }));
}

static void adviseOnActivity(const ModelFacts &facts, const Site &site,
                             Findings &findings) {
  std::string text = describe(site.regularizer);
  if (!site.live) {
    findings.push_back(makeWarning(WarningId::DeadPenalty, site.layer, text));
    return;
  }
  if (site.regularizer.kind == Regularizer::Kind::Orthogonal) {
    findings.push_back(
        makeWarning(WarningId::OrthogonalActivity, site.layer, text));
  }
  if (!facts.layerOf(site.tensor).trainable) {
    findings.push_back(makeWarning(WarningId::FrozenLayer, site.layer, text));
  }
  if (int calls = countLiveCalls(facts, site); calls > 1) {
    findings.push_back(
        makeWarning(WarningId::CountedPerCall, site.layer, calls, text));
  }
}

void adviseOnRegularizer(const ModelFacts &facts, const Site &site,
                         Findings &findings) {
  const Regularizer &regularizer = site.regularizer;
  std::string text = describe(regularizer);
  if (isZero(regularizer)) {
    findings.push_back(
        makeWarning(WarningId::ZeroCoefficient, site.layer, text));
    return;
  }
  if (regularizer.l1 < 0 || regularizer.l2 < 0 || regularizer.factor < 0) {
    findings.push_back(
        makeWarning(WarningId::NegativeCoefficient, site.layer, text));
  }
  if (site.activity) {
    adviseOnActivity(facts, site, findings);
  } else if (!site.trained) {
    findings.push_back(makeWarning(
        WarningId::FrozenWeight, site.layer, facts.model.version.text,
        facts.model.penalisesFrozenWeights ? "counts" : "leaves out", text));
  }
}

/// "layers 'a', 'b' and 'c'".
static std::string namesOf(const std::vector<const Site *> &sites) {
  std::string names = "layers ";
  for (size_t i = 0; i < sites.size(); ++i) {
    names += i == 0 ? "" : i + 1 == sites.size() ? " and " : ", ";
    names += "'" + sites[i]->layer + "'";
  }
  return names;
}

void adviseOnDuplicates(const ModelFacts &facts, Findings &findings) {
  std::map<int, std::vector<const Site *>> sitesOf; // by tensor
  for (const Site &site : facts.sites) {
    if (isCounted(site) && site.regularizer.kind == Regularizer::Kind::L1L2) {
      sitesOf[facts.valueOf(site.tensor)].push_back(&site);
    }
  }
  for (const auto &[tensor, sites] : sitesOf) {
    if (sites.size() < 2) {
      continue;
    }
    Regularizer merged;
    merged.className = "L1L2";
    for (const Site *site : sites) {
      merged.l1 += site->regularizer.l1;
      merged.l2 += site->regularizer.l2;
    }
    findings.push_back(makeWarning(WarningId::DuplicatePenalty,
                                   sites.back()->layer, namesOf(sites),
                                   describe(merged)));
  }
}

Findings advise(const ModelFacts &facts) {
  Findings all = facts.model.warnings;
  adviseOnVersion(facts, all);
  for (const Site &site : facts.sites) {
    adviseOnRegularizer(facts, site, all);
    if (isCounted(site)) {
      adviseOnTensor(facts, site, all);
    }
  }
  adviseOnSizes(facts, all);
  adviseOnDuplicates(facts, all);
  Findings findings;
  for (Severity severity : {Severity::Warning, Severity::Note}) {
    for (const Warning &warning : all) {
      bool said = llvm::any_of(findings, [&](const Warning &other) {
        return other.id == warning.id && other.layer == warning.layer &&
               other.text == warning.text;
      });
      if (warning.severity == severity && !said) {
        findings.push_back(warning);
      }
    }
  }
  return findings;
}

} // namespace kregc::driver
