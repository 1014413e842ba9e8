// Replays the proofs of a certificate: models, steps, sums of penalties.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Check.h"

#include "checker/Laws.h"

#include <cmath>
#include <tuple>

namespace kregc::checker {
namespace {

//===----------------------------------------------------------------------===//
// Sums of penalties
//===----------------------------------------------------------------------===//

/// A coefficient, the size of the terms that made it, and whether a law
/// computed it.
struct Coefficient {
  mpq_class value, size;
  bool computed = false;

  void add(const mpq_class &term, bool byLaw) {
    spend(term);
    spend(value);
    computed = computed || byLaw || size != 0;
    value += term;
    size += abs(term);
  }
};

/// Penalties of one model: Σ|x|^power of a term, divided by the batch or not.
/// Term -1 stands for numbers: as they are (power 0) and times the batch (1).
using Key = std::tuple<int, int, bool>;
using Sum = std::map<Key, Coefficient>;

Sum readPenalties(const Terms &terms, const Json &penalties) {
  Sum sum;
  for (const Json &site : penalties) {
    for (int power : {1, 2}) {
      double coefficient = site.at(power == 1 ? "l1" : "l2").get<double>();
      if (!std::isfinite(coefficient)) {
        throw Wrong("a coefficient is not finite");
      }
      if (coefficient != 0) {
        sum[{terms.find(site.at("tensor").get<int>()), power,
             site.at("per_batch").get<bool>()}]
            .add(mpq_class(coefficient), false);
      }
    }
  }
  return sum;
}

/// [law, model, term, power, per_batch]: these penalties become others.
void move(const Terms &terms, Laws &laws, Sum &sum, const Json &entry) {
  int term = entry.at(2).get<int>(), power = entry.at(3).get<int>();
  bool perBatch = entry.at(4).get<bool>();
  auto place = sum.find({term, power, perBatch});
  if (term < 0 || place == sum.end() || terms.find(term) != term) {
    throw Wrong("there is no such penalty of term " + std::to_string(term));
  }
  Coefficient moved = place->second;
  sum.erase(place);
  Worth worth =
      laws.move(entry.at(0).get<std::string>(), term, power, perBatch);
  for (const Worth::Part &part : worth.parts) {
    sum[{terms.find(part.term), part.power, worth.perBatch}].add(
        moved.value * part.factor, moved.computed || part.factor != 1);
  }
  sum[{-1, perBatch ? 0 : 1, false}].add(moved.value * worth.constant, true);
}

/// Throws Wrong where two sums differ by more than the tolerance, which is for
/// coefficients that a law computed. True if it was needed.
bool compare(Sum a, Sum b, bool gradientsOnly, double tolerance) {
  bool rounded = false;
  for (const auto &[key, coefficient] : Sum(b)) {
    a[key]; // 0 where a model has none
  }
  for (const auto &[key, left] : a) {
    const Coefficient &right = b[key];
    mpq_class distance = abs(left.value - right.value);
    mpq_class allowed = (left.size + right.size) * mpq_class(tolerance);
    bool close = (left.computed || right.computed) && distance <= allowed;
    bool counts = std::get<0>(key) >= 0 || !gradientsOnly;
    if (counts && distance != 0 && !close) {
      throw Wrong("the penalties of term " + std::to_string(std::get<0>(key)) +
                  " have the coefficients " +
                  std::to_string(left.value.get_d()) + " and " +
                  std::to_string(right.value.get_d()));
    }
    rounded = rounded || (counts && distance != 0);
  }
  return rounded;
}

//===----------------------------------------------------------------------===//
// Proofs
//===----------------------------------------------------------------------===//

/// The inputs of both models are input 0, 1, …; inputs and outputs have the
/// same shapes in both.
void checkSignature(const Terms &terms, const Json &a, const Json &b) {
  for (const char *what : {"inputs", "outputs"}) {
    auto left = a.at(what).get<std::vector<int>>();
    auto right = b.at(what).get<std::vector<int>>();
    if (left.size() != right.size()) {
      throw Wrong(std::string("the models have different ") + what);
    }
    for (size_t i = 0; i < left.size(); ++i) {
      const Term &x = terms.own(left[i]), &y = terms.own(right[i]);
      bool inputs = x.is("input") && y.is("input") && x.attrs == y.attrs &&
                    x.attrs.at("index") == i;
      if (x.shape != y.shape || (*what == 'i' && !inputs)) {
        throw Wrong(std::string("the models have different ") + what);
      }
    }
  }
}

/// Calls `step` for each entry; what is thrown gets the place of the entry.
template <typename Step>
void replay(const Json &entries, const char *what, Step step) {
  for (size_t i = 0; i < entries.size(); ++i) {
    try {
      step(entries[i]);
    } catch (const std::exception &error) {
      throw Wrong(what + (" " + std::to_string(i)) + ": " + error.what());
    }
  }
}

/// What was proved.
std::string checkProof(const Json &certificate, const Json &proof) {
  const std::map<std::string, Mode> modes = {
      {"inference", Mode::Inference},
      {"training", Mode::Training},
      {"expectation", Mode::Expectation}};
  std::string claim = proof.at("claim").get<std::string>();
  if (claim != "equal" && claim != "same-gradients") {
    throw Wrong("there is no claim '" + claim + "'");
  }
  bool gradientsOnly = claim == "same-gradients";
  double tolerance = certificate.at("tolerance").get<double>();
  Terms terms;
  Laws laws(terms, modes.at(proof.at("mode").get<std::string>()), gradientsOnly,
            tolerance);
  terms.readWeights(certificate.value("weights", Json::object()));
  replay(certificate.at("nodes"), "node",
         [&](const Json &node) { terms.add(node); });
  const Json *models[] = {&certificate.at("a"), &certificate.at("b")};
  checkSignature(terms, *models[0], *models[1]);
  replay(proof.at("nodes"), "new node",
         [&](const Json &node) { checkShape(terms, terms.add(node)); });
  replay(proof.at("steps"), "step", [&](const Json &step) {
    laws.step(step.at(0).get<std::string>(), step.at(1).get<int>(),
              step.at(2).get<int>());
  });
  const Json &outputs = models[0]->at("outputs");
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!terms.equal(outputs[i], models[1]->at("outputs")[i])) {
      throw Wrong("output " + std::to_string(i) + " is not proved equal");
    }
  }
  Sum sums[2];
  for (int i : {0, 1}) {
    sums[i] = readPenalties(terms, models[i]->at("penalties"));
  }
  replay(proof.at("moves"), "move", [&](const Json &entry) {
    bool second = entry.at(1) == 1;
    if (!second && entry.at(1) != 0) {
      throw Wrong("there are two models");
    }
    move(terms, laws, sums[second ? 1 : 0], entry);
  });
  bool rounded =
      compare(sums[0], sums[1], gradientsOnly, tolerance) || laws.rounded;
  if (rounded && !proof.at("rounded").get<bool>()) {
    throw Wrong("it holds only up to rounding of constants");
  }
  return claim + (rounded ? ", up to rounding of constants" : "");
}

/// {"sha256":"<digest of all that follows the second quote>",…
void checkDigest(const std::string &text) {
  const std::string start = "{\"sha256\":\"";
  size_t body = start.size() + 64 + 1;
  if (text.size() < body || text.compare(0, start.size(), start) != 0) {
    throw Wrong("a certificate starts with its digest");
  }
  if (sha256(text.substr(body)) != text.substr(start.size(), 64)) {
    throw Wrong("the digest is not that of the contents");
  }
}

/// The JSON of a text that is neither nested deeper nor of more values than a
/// certificate of real models is.
Json parse(const std::string &text) {
  size_t depth = 0, values = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString && c == '\\') {
      ++i;
    } else if (c == '"') {
      inString = !inString;
    } else if (!inString) {
      depth += c == '[' || c == '{' ? 1 : 0;
      depth -= (c == ']' || c == '}') && depth > 0 ? 1 : 0;
      values += c == ',' || c == '[' || c == '{' ? 1 : 0;
    }
    if (depth > 64 || values > 20'000'000) {
      throw TooMuch();
    }
  }
  return Json::parse(text);
}

void checkAll(const std::string &text, double tolerance, Verdict &verdict) {
  checkDigest(text);
  Json certificate = parse(text);
  if (certificate.at("format") != "kreg-certificate 1") {
    throw Wrong("this is not a certificate of format 1");
  }
  double own = certificate.at("tolerance").get<double>();
  if (!(own >= 0 && own <= tolerance)) {
    throw Wrong("it allows constants to be further apart than is asked for");
  }
  for (const Json &proof : certificate.at("proofs")) {
    std::string mode = proof.at("mode").get<std::string>();
    try {
      verdict.proved.emplace_back(mode, checkProof(certificate, proof));
    } catch (const std::exception &error) {
      throw Wrong("proof for " + mode + ": " + error.what());
    }
  }
}

} // namespace

Verdict check(const std::string &certificate, double tolerance) {
  Verdict verdict;
  workLeft = 30'000'000'000; // half a minute or so
  try {
    checkAll(certificate, tolerance, verdict);
    verdict.accepted = true;
  } catch (const std::exception &error) {
    verdict.problem = error.what();
  } catch (const TooMuch &) {
    verdict.problem = "it takes more time or memory to check than certificates "
                      "of models do";
  }
  if (!verdict.accepted) {
    verdict.proved.clear();
  }
  return verdict;
}

} // namespace kregc::checker
