// Certificates as JSON.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Compare.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

static llvm::json::Value toJson(const Node &node) {
  llvm::json::Object object{
      {"op", node.op},
      {"shape", llvm::json::Array(node.shape)},
  };
  if (!node.attrs.empty()) {
    object["attrs"] = llvm::json::Object(node.attrs);
  }
  if (!node.operands.empty()) {
    object["operands"] = llvm::json::Array(node.operands);
  }
  return object;
}

static llvm::json::Value toJson(const ModelTerms &model) {
  llvm::json::Array sites;
  for (const Site &site : model.sites) {
    sites.push_back(
        llvm::json::Object{{"tensor", site.tensor},
                           {"per_batch", site.perBatch},
                           {"l1", site.l1},
                           {"l2", site.l2},
                           {"layer", llvm::json::fixUTF8(site.layer)}});
  }
  return llvm::json::Object{{"inputs", llvm::json::Array(model.inputs)},
                            {"outputs", llvm::json::Array(model.outputs)},
                            {"penalties", std::move(sites)}};
}

static llvm::json::Value toJson(const Graph &graph, const State &state,
                                StringRef claim) {
  llvm::json::Array nodes, steps, moves;
  for (const Node &node :
       ArrayRef(state.nodes).drop_front(graph.nodes.size())) {
    nodes.push_back(toJson(node));
  }
  for (const Step &step : state.steps) {
    steps.push_back(llvm::json::Array{step.law, step.node, step.same});
  }
  for (const Move &move : state.moves) {
    moves.push_back(llvm::json::Array{move.law, move.model, move.key.tensor,
                                      move.key.power, move.key.perBatch});
  }
  return llvm::json::Object{{"mode", name(state.mode)},
                            {"claim", claim},
                            {"rounded", compare(state, graph).rounded},
                            {"nodes", std::move(nodes)},
                            {"steps", std::move(steps)},
                            {"moves", std::move(moves)}};
}

/// The weights that a proof computes with: float32 numbers as hexadecimal of
/// their bytes, by their sha256.
static llvm::json::Object weightsOf(const Graph &graph,
                                    ArrayRef<const State *> states) {
  std::set<std::string> wanted;
  for (const State *state : states) {
    std::vector<int> open;
    for (const Step &step : state->steps) {
      if (step.law == "constant") {
        open.insert(open.end(), {step.node, step.same});
      }
    }
    std::set<int> seen;
    while (!open.empty()) {
      const Node &node = state->nodes[open.back()];
      open.pop_back();
      if (node.is("weight")) {
        wanted.insert(node.text("sha256").str());
      }
      for (int operand : node.operands) {
        for (int id : {operand, state->find(operand)}) {
          if (seen.insert(id).second) {
            open.push_back(id);
          }
        }
      }
    }
  }
  llvm::json::Object weights;
  for (const std::string &hash : wanted) {
    auto found = graph.weights.find(hash);
    if (found != graph.weights.end()) {
      std::vector<float> numbers = *floatsOf(found->second);
      weights[hash] = llvm::toHex(
          ArrayRef(reinterpret_cast<const uint8_t *>(numbers.data()),
                   numbers.size() * sizeof(float)),
          /*LowerCase=*/true);
    }
  }
  return weights;
}

std::string proof::certificate(const Graph &graph,
                               ArrayRef<const State *> states,
                               ArrayRef<StringRef> claims) {
  llvm::json::Array nodes, proofs;
  for (const Node &node : graph.nodes) {
    nodes.push_back(toJson(node));
  }
  for (auto [state, claim] : llvm::zip_equal(states, claims)) {
    proofs.push_back(toJson(graph, *state, claim));
  }
  llvm::json::Object body{{"format", "kreg-certificate 1"},
                          {"tolerance", states.front()->options.tolerance},
                          {"nodes", std::move(nodes)},
                          {"weights", weightsOf(graph, states)},
                          {"a", toJson(graph.models[0])},
                          {"b", toJson(graph.models[1])},
                          {"proofs", std::move(proofs)}};
  std::string text =
      llvm::formatv(",{0}\n", llvm::json::Value(std::move(body))).str();
  // {"sha256":"…" is put in front of the body: the digest of what follows it.
  text.erase(1, 1);
  llvm::SHA256 hash;
  hash.update(text);
  return "{\"sha256\":\"" + llvm::toHex(hash.final(), /*LowerCase=*/true) +
         "\"" + text;
}
