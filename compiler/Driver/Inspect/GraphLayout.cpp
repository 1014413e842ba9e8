// Runs `dot -Tplain` and reads what it prints.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/GraphLayout.h"

#include "compiler/Driver/DriverError.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

#include <map>

using namespace llvm;

namespace kregc::driver {
namespace {

constexpr double pixelsPerInch = 72;
constexpr unsigned secondsAllowed = 30, megabytesAllowed = 1024;

/// The graph in Graphviz' language. Arrows go down, from inputs to outputs.
std::string describeGraph(const std::vector<Box> &boxes,
                          const std::vector<Arrow> &arrows) {
  std::string text = "digraph { ranksep=0.35; nodesep=0.3; "
                     "node [shape=box, fixedsize=true, label=\"\"];\n";
  for (auto [i, box] : llvm::enumerate(boxes)) {
    text += formatv("n{0} [width={1:F3}, height={2:F3}];\n", i,
                    box.width / pixelsPerInch, box.height / pixelsPerInch)
                .str();
  }
  for (const Arrow &arrow : arrows) {
    text +=
        formatv("n{0} -> n{1} [arrowhead=none];\n", arrow.from, arrow.to).str();
  }
  return text + "}\n";
}

/// The words of one line of `dot -Tplain`, read from the left.
class Words {
public:
  explicit Words(StringRef line) : rest(line) {}

  StringRef word() {
    auto [first, others] = rest.ltrim().split(' ');
    rest = others;
    return first;
  }
  double number() {
    double value = 0;
    good &= !word().getAsDouble(value);
    return value;
  }
  /// "n12", which must be below `end`; 0 if it is not.
  int box(size_t end) {
    StringRef text = word();
    int value = 0;
    good &= text.consume_front("n") && !text.getAsInteger(10, value) &&
            value >= 0 && static_cast<size_t>(value) < end;
    return good ? value : 0;
  }
  Point point(double height) {
    double x = number() * pixelsPerInch;
    return {x, height - number() * pixelsPerInch};
  }

  bool good = true;

private:
  StringRef rest;
};

/// Arrows by their ends; of several alike any may be any.
using ArrowsByEnds = std::multimap<std::pair<int, int>, size_t>;

/// Takes one line: "graph 1 width height", "node n0 x y …" or "edge n0 n1 count
/// x y … style colour"; see "Output formats" of Graphviz. y counts from below.
bool parseLine(StringRef line, ArrowsByEnds &open, GraphLayout &layout) {
  Words words(line);
  StringRef kind = words.word();
  if (kind == "graph") {
    words.word(); // the scale
    layout.width = words.number() * pixelsPerInch;
    layout.height = words.number() * pixelsPerInch;
  } else if (kind == "node") {
    int box = words.box(layout.boxes.size());
    layout.boxes[box] = words.point(layout.height);
  } else if (kind == "edge") {
    int from = words.box(layout.boxes.size());
    int to = words.box(layout.boxes.size());
    auto arrow = open.find({from, to});
    double count = words.number();
    std::vector<Point> points;
    while (words.good && points.size() < count) {
      points.push_back(words.point(layout.height));
    }
    if (arrow == open.end()) {
      return false;
    }
    layout.arrows[arrow->second] = std::move(points);
    open.erase(arrow);
  }
  return words.good;
}

Error cannotDraw(const Twine &why) {
  return unsupported("cannot draw the graph: " + why +
                     "; --format text and json need no drawing");
}

/// What `dot` prints for a graph.
Expected<std::string> runDot(StringRef graph) {
  ErrorOr<std::string> program = sys::findProgramByName("dot");
  if (!program) {
    return cannotDraw("the program 'dot' is not installed (Debian and others "
                      "have it in the package 'graphviz')");
  }
  SmallString<128> source, drawn;
  if (sys::fs::createTemporaryFile("kregc", "dot", source) ||
      sys::fs::createTemporaryFile("kregc", "plain", drawn)) {
    return cannotDraw("the folder for temporary files cannot be written");
  }
  FileRemover removeSource(source), removeDrawn(drawn);
  std::error_code failed;
  raw_fd_ostream file(source, failed);
  file << graph;
  file.close();
  if (failed || file.has_error()) {
    file.clear_error();
    return cannotDraw("the folder for temporary files cannot be written");
  }
  std::optional<StringRef> streams[] = {StringRef(source), StringRef(drawn),
                                        StringRef("")};
  std::string problem;
  int status =
      sys::ExecuteAndWait(*program, {*program, "-Tplain"}, std::nullopt,
                          streams, secondsAllowed, megabytesAllowed, &problem);
  if (status != 0) {
    return cannotDraw("'dot' did not lay it out" +
                      (problem.empty() ? "" : " (" + problem + ")"));
  }
  auto buffer = MemoryBuffer::getFile(drawn);
  if (!buffer) {
    return cannotDraw("what 'dot' wrote cannot be read");
  }
  return (*buffer)->getBuffer().str();
}

} // namespace

Expected<GraphLayout> layOutGraph(const std::vector<Box> &boxes,
                                  const std::vector<Arrow> &arrows) {
  Expected<std::string> drawn = runDot(describeGraph(boxes, arrows));
  if (!drawn) {
    return drawn.takeError();
  }
  GraphLayout layout;
  layout.boxes.resize(boxes.size());
  layout.arrows.resize(arrows.size());
  ArrowsByEnds open;
  for (auto [i, arrow] : llvm::enumerate(arrows)) {
    open.insert({{arrow.from, arrow.to}, i});
  }
  bool good = llvm::all_of(split(*drawn, '\n'), [&](StringRef line) {
    return parseLine(line, open, layout);
  });
  if (!good || !open.empty()) {
    return cannotDraw("what 'dot' wrote is not its plain format");
  }
  return layout;
}

} // namespace kregc::driver
