// The graph of a model as SVG, its places from GraphLayout.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/GraphLayout.h"
#include "compiler/Driver/Inspect/Html.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Unicode.h"

#include <algorithm>
#include <map>

using namespace llvm;

namespace kregc::driver {
namespace {

constexpr double perColumn = 7.3; // of the page's monospace font at 12 px
constexpr double lineHeight = 17, margin = 10;
constexpr size_t mostColumns = 44;

/// One line of text in a box.
struct Line {
  std::string text, style; ///< a class of the page's style sheet
};

struct Node {
  std::vector<Line> lines;
  std::string style;  ///< classes of the box
  std::string advice; ///< what the adviser says of the layer
  bool warns = false; ///< one of it is a warning
};

int columnsOf(StringRef text) {
  int columns = sys::unicode::columnWidthUTF8(text);
  return columns < 0 ? static_cast<int>(text.size()) : columns;
}

/// Long names end with "…"; the whole one is in the tables.
std::string shortened(StringRef name) {
  std::string text = json::fixUTF8(name);
  if (columnsOf(text) <= static_cast<int>(mostColumns)) {
    return text;
  }
  size_t end = std::min(text.size(), mostColumns);
  while (end > 0 && (text[end] & 0xC0) == 0x80) {
    --end; // not inside of a character
  }
  return text.substr(0, end) + "…";
}

std::string penaltyText(const Site &site) {
  return (site.activity ? "" : site.variable + ": ") +
         describe(site.regularizer) + (site.perBatch ? " / batch" : "");
}

Node makeNode(const ModelFacts &facts, const Findings &findings, int call) {
  const keras::Layer &layer = facts.layerOf(call);
  const keras::Call &info = facts.model.calls[call];
  Node node;
  std::string again =
      info.index > 0 ? " (call " + std::to_string(info.index + 1) + ")" : "";
  node.lines.push_back({shortened(layer.name) + again, "name"});
  node.lines.push_back({layer.className + " " + describe(info.shape), "class"});
  node.style = facts.live[call] ? "box" : "box dead";
  if (info.inputs.empty()) {
    node.style += " end";
  }
  for (const Site &site : facts.sites) {
    bool own = site.activity ? site.tensor == call
                             : site.layer == layer.name && info.index == 0;
    if (own) {
      node.lines.push_back(
          {penaltyText(site), site.activity ? "activity" : "weight"});
      node.style += site.activity ? " penalised" : "";
      node.lines.back().style += site.live ? "" : " off";
    }
  }
  for (const keras::Warning &warning : findings) {
    if (warning.layer == layer.name && !layer.name.empty()) {
      node.advice += (node.advice.empty() ? "" : "\n") + warning.text;
      node.warns |= warning.severity == keras::Severity::Warning;
    }
  }
  return node;
}

Box sizeOf(const Node &node) {
  int columns = 0;
  for (const Line &line : node.lines) {
    columns = std::max(columns, columnsOf(line.text));
  }
  return {columns * perColumn + 2 * margin + 8,
          static_cast<double>(node.lines.size()) * lineHeight + margin};
}

std::string drawNode(const Node &node, int call, Box box, Point middle) {
  double left = middle.x - box.width / 2, top = middle.y - box.height / 2;
  std::string svg =
      formatv("<g id=\"n{0}\" class=\"{1}\"><rect x=\"{2:F1}\" y=\"{3:F1}\" "
              "width=\"{4:F1}\" height=\"{5:F1}\" rx=\"6\"/>",
              call, node.style, left, top, box.width, box.height)
          .str();
  for (auto [i, line] : enumerate(node.lines)) {
    double y = top + margin / 2 + lineHeight * (static_cast<double>(i) + 0.75);
    svg += formatv("<text x=\"{0:F1}\" y=\"{1:F1}\" class=\"{2}\">{3}</text>",
                   left + margin + 4, y, line.style, escape(line.text))
               .str();
  }
  if (!node.advice.empty()) {
    svg += formatv("<g class=\"{0}\"><title>{1}</title><circle cx=\"{2:F1}\" "
                   "cy=\"{3:F1}\" r=\"8\"/><text x=\"{2:F1}\" "
                   "y=\"{4:F1}\">{5}</text></g>",
                   node.warns ? "alert" : "alert note", escape(node.advice),
                   left + box.width, top, top + 4, node.warns ? "!" : "i")
               .str();
  }
  return svg + "</g>\n";
}

std::string drawArrow(const std::vector<Point> &points, bool live) {
  std::string path;
  for (auto [i, point] : enumerate(points)) {
    path += formatv("{0}{1:F1},{2:F1}",
                    i == 0   ? "M"
                    : i == 1 ? " C"
                             : " ",
                    point.x, point.y)
                .str();
  }
  return formatv("<path class=\"{0}\" d=\"{1}\" marker-end=\"url(#tip)\"/>\n",
                 live ? "arrow" : "arrow dead", path)
      .str();
}

} // namespace

Expected<std::string> drawModel(const ModelFacts &facts,
                                const Findings &findings) {
  std::vector<Node> nodes;
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
  for (auto [i, call] : enumerate(facts.model.calls)) {
    int number = static_cast<int>(i);
    nodes.push_back(makeNode(facts, findings, number));
    boxes.push_back(sizeOf(nodes.back()));
    for (const keras::TensorRef &input : call.inputs) {
      arrows.push_back({input.call, number});
    }
  }
  for (const keras::TensorRef &output : facts.model.outputs) {
    if (!StringRef(nodes[output.call].style).contains(" end")) {
      nodes[output.call].style += " end";
    }
  }
  Expected<GraphLayout> layout = layOutGraph(boxes, arrows);
  if (!layout) {
    return layout.takeError();
  }
  double width = layout->width + 24, height = layout->height + 24;
  std::string svg =
      formatv(
          "<svg width=\"{0:F0}\" height=\"{1:F0}\" viewBox=\"-12 -12 "
          "{0:F0} {1:F0}\" role=\"img\" aria-label=\"the model as a "
          "graph\">\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" "
          "refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
          "orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\"/></marker></defs>\n",
          width, height)
          .str();
  for (auto [arrow, points] : zip_equal(arrows, layout->arrows)) {
    svg += drawArrow(points, facts.live[arrow.to]);
  }
  for (auto [i, node] : enumerate(nodes)) {
    svg += drawNode(node, static_cast<int>(i), boxes[i], layout->boxes[i]);
  }
  return svg + "</svg>\n";
}

} // namespace kregc::driver
