// Steps and moves in words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Explain.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

static std::string equationOf(StringRef law, bool ofPenalties) {
  const LawRow *row = findLaw(law, ofPenalties);
  return row ? row->equation.str() : "";
}

/// What an op is called: "relu" for a unary of that kind, "max_pool".
static std::string opName(const Node &node) {
  std::string kind = node.text("kind").str();
  if (node.is("pool")) {
    return kind + "_pool";
  }
  bool isKind = node.is("unary") || node.is("binary") || node.is("reduce") ||
                node.is("noise");
  return isKind ? kind : node.op;
}

/// A tensor that is not taken apart: its layer, or its op.
static std::string shortName(const Node &node) {
  if (node.is("input")) {
    return "x_" + std::to_string(node.integer("index"));
  }
  if (node.is("constant") && node.numbers("values").size() == 1) {
    return llvm::formatv("{0}", llvm::format("%.7g", node.numbers("values")[0]))
        .str();
  }
  if (node.is("weight")) {
    return node.layer.empty() ? "w" : "weight of '" + node.layer + "'";
  }
  return node.layer.empty() ? opName(node) + "(…)" : "'" + node.layer + "'";
}

/// An op with the names of its operands: "relu('conv2d')".
static std::string longName(const State &state, int id) {
  const Node &node = state.nodes[id];
  if (node.operands.empty()) {
    return shortName(node);
  }
  std::string text = opName(node) + "(";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(node.operands, os, [&](int operand) {
    const Node &x = state.nodes[operand];
    os << (x.layer == node.layer && !x.operands.empty() ? opName(x) + "(…)"
                                                        : shortName(x));
  });
  os << ")";
  return text;
}

/// "0.01·S1(relu('conv2d')) / batch"
static std::string penalty(const State &state, const PenaltyKey &key,
                           double coefficient) {
  return llvm::formatv("{0}·S{1}({2}){3}", llvm::format("%.7g", coefficient),
                       key.power, longName(state, key.tensor),
                       key.perBatch ? " / batch" : "")
      .str();
}

/// A model's sum of penalties.
static std::string sumText(const State &state, int model) {
  std::vector<std::string> terms;
  for (const auto &[key, coefficient] : state.sums[model].terms) {
    terms.push_back(penalty(state, key, coefficient.value.toDouble()));
  }
  for (int times : {0, 1}) {
    double constant = state.sums[model].constants[times].value.toDouble();
    if (constant != 0) {
      terms.push_back(llvm::formatv("{0}{1}", llvm::format("%.7g", constant),
                                    times == 1 ? "·batch" : "")
                          .str());
    }
  }
  return terms.empty() ? "none" : llvm::join(terms, " + ");
}

static void explainSteps(const State &state, std::vector<std::string> &story) {
  int same = 0;
  for (const Step &step : state.steps) {
    if (step.law == "same") {
      ++same;
      continue;
    }
    std::string line =
        longName(state, step.node) + " = " + longName(state, step.same);
    if (!state.nodes[step.node].layer.empty()) {
      line += " in layer '" + state.nodes[step.node].layer + "'";
    }
    story.push_back(line + ", by " + step.law + ": " +
                    equationOf(step.law, false));
  }
  if (same > 0) {
    story.push_back(llvm::formatv("{0} tensors of one model are tensors of the "
                                  "other: the same op on the same operands",
                                  same)
                        .str());
  }
}

std::vector<std::string> proof::explain(const Graph &graph,
                                        const State &state) {
  std::vector<std::string> story;
  explainSteps(state, story);
  for (const Move &move : state.moves) {
    story.push_back(llvm::formatv("the penalty S{0} of {1} in the {2} model "
                                  "moves on, by {3}: {4}",
                                  move.key.power,
                                  longName(state, move.key.tensor),
                                  move.model == 0 ? "first" : "second",
                                  move.law, equationOf(move.law, true))
                        .str());
  }
  const std::vector<int> &a = graph.models[0].outputs,
                         &b = graph.models[1].outputs;
  for (size_t i = 0; i < a.size(); ++i) {
    int left = state.find(a[i]), right = state.find(b[i]);
    story.push_back(
        "output " + std::to_string(i) +
        (left == right ? " of both models is " + longName(state, left)
                       : " is " + longName(state, left) + " in the first and " +
                             longName(state, right) + " in the second model"));
  }
  std::string first = sumText(state, 0), second = sumText(state, 1);
  if (first == second) {
    story.push_back("the penalties of both models are " + first);
  } else {
    story.push_back("the penalties of the first model are " + first);
    story.push_back("those of the second are " + second);
  }
  return story;
}
