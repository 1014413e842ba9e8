// Replays the proofs of a certificate.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checker/Check.h"

#include "checker/Penalties.h"
#include "checker/Sha256.h"

namespace kregc::checker {
namespace {

/// {"sha256":"<digest of all that follows the second quote>",…
void checkDigest(const std::string &text) {
  const std::string start = "{\"sha256\":\"";
  size_t body = start.size() + 64 + 1;
  if (text.size() < body || text.compare(0, start.size(), start) != 0) {
    throw Wrong("a certificate starts with its digest");
  }
  if (sha256(std::string_view(text).substr(body)) !=
      text.substr(start.size(), 64)) {
    throw Wrong("the digest is not that of the contents");
  }
}

Mode modeOf(const std::string &word) {
  if (word == "inference") {
    return Mode::Inference;
  }
  if (word == "training") {
    return Mode::Training;
  }
  if (word == "expectation") {
    return Mode::Expectation;
  }
  throw Wrong("there is no mode '" + word + "'");
}

/// The inputs of a model are its first, second … input.
void checkInputs(const Terms &terms, const Json &model) {
  int64_t index = 0;
  for (int input : model.at("inputs").get<std::vector<int>>()) {
    const Term &term = terms.own(input);
    if (!term.is("input") || term.number("index") != double(index++)) {
      throw Wrong("term " + std::to_string(input) + " is not the input " +
                  std::to_string(index - 1));
    }
  }
}

void checkSignature(const Terms &terms, const Json &a, const Json &b) {
  for (const char *what : {"inputs", "outputs"}) {
    auto left = a.at(what).get<std::vector<int>>();
    auto right = b.at(what).get<std::vector<int>>();
    bool agree = left.size() == right.size();
    for (size_t i = 0; agree && i < left.size(); ++i) {
      agree = terms.own(left[i]).shape == terms.own(right[i]).shape;
    }
    if (!agree) {
      throw Wrong(std::string("the models have different ") + what);
    }
  }
}

/// Calls `step` for each entry; what is thrown gets the place of the entry.
template <typename Step>
void replay(const Json &entries, const char *what, Step step) {
  size_t index = 0;
  for (const Json &entry : entries) {
    try {
      step(entry);
    } catch (const std::exception &error) {
      throw Wrong(std::string(what) + " " + std::to_string(index) + ": " +
                  error.what());
    }
    ++index;
  }
}

/// What was proved.
std::string checkProof(const Json &certificate, const Json &proof,
                       const CheckOptions &options) {
  Terms terms;
  terms.dropped = options.dropped;
  terms.tolerance = certificate.at("tolerance").get<double>();
  terms.readWeights(certificate.value("weights", Json::object()));
  terms.mode = modeOf(proof.at("mode").get<std::string>());
  std::string claim = proof.at("claim").get<std::string>();
  if (claim != "equal" && claim != "same-gradients") {
    throw Wrong("there is no claim '" + claim + "'");
  }
  bool gradientsOnly = claim == "same-gradients";
  replay(certificate.at("nodes"), "node",
         [&](const Json &node) { terms.add(node, false); });
  const Json &a = certificate.at("a"), &b = certificate.at("b");
  checkInputs(terms, a);
  checkInputs(terms, b);
  checkSignature(terms, a, b);
  replay(proof.at("nodes"), "new node",
         [&](const Json &node) { terms.add(node, true); });
  replay(proof.at("steps"), "step", [&](const Json &step) {
    terms.apply(step.at(0).get<std::string>(), step.at(1).get<int>(),
                step.at(2).get<int>());
  });
  auto left = a.at("outputs").get<std::vector<int>>();
  auto right = b.at("outputs").get<std::vector<int>>();
  for (size_t i = 0; i < left.size(); ++i) {
    if (!terms.equal(left[i], right[i])) {
      throw Wrong("output " + std::to_string(i) + " is not proved equal");
    }
  }
  Sum sums[2];
  sums[0].read(terms, a.at("penalties"));
  sums[1].read(terms, b.at("penalties"));
  replay(proof.at("moves"), "move", [&](const Json &move) {
    Key key = {move.at(2).get<int>(), move.at(3).get<int>(),
               move.at(4).get<bool>()};
    int model = move.at(1).get<int>();
    if (model != 0 && model != 1) {
      throw Wrong("there are two models");
    }
    sums[model].move(terms, move.at(0).get<std::string>(), key, gradientsOnly);
  });
  bool rounded = compare(sums[0], sums[1], gradientsOnly, terms.tolerance) ||
                 terms.rounded;
  if (rounded && !proof.at("rounded").get<bool>()) {
    throw Wrong("it holds only up to rounding of constants");
  }
  return claim + (rounded ? ", up to rounding of constants" : "");
}

void checkAll(const std::string &text, const CheckOptions &options,
              Verdict &verdict) {
  checkDigest(text);
  Json certificate = Json::parse(text);
  if (certificate.at("format") != "kreg-certificate 1") {
    throw Wrong("this is not a certificate of format 1");
  }
  double tolerance = certificate.at("tolerance").get<double>();
  if (!(tolerance >= 0 && tolerance <= options.tolerance)) {
    throw Wrong("it allows constants to be further apart than is asked for");
  }
  for (const Json &proof : certificate.at("proofs")) {
    std::string mode = proof.at("mode").get<std::string>();
    try {
      verdict.proved.emplace_back(mode,
                                  checkProof(certificate, proof, options));
    } catch (const std::exception &error) {
      throw Wrong("proof for " + mode + ": " + error.what());
    }
  }
}

} // namespace

Verdict check(const std::string &certificate, const CheckOptions &options) {
  Verdict verdict;
  try {
    checkAll(certificate, options, verdict);
    verdict.accepted = true;
  } catch (const std::exception &error) {
    verdict.problem = error.what();
    verdict.proved.clear();
  }
  return verdict;
}

} // namespace kregc::checker
