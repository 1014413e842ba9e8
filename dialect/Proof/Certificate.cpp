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
                            {"nodes", std::move(nodes)},
                            {"steps", std::move(steps)},
                            {"moves", std::move(moves)}};
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
