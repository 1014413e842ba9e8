// Places boxes and arrows with Graphviz' program `dot`, which gets sizes and
// numbers only: no text of a model file leaves kregc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_INSPECT_GRAPHLAYOUT_H
#define KREGC_COMPILER_DRIVER_INSPECT_GRAPHLAYOUT_H

#include "llvm/Support/Error.h"

#include <vector>

namespace kregc::driver {

struct Point {
  double x = 0, y = 0;
};

/// Pixels, from the top left corner of the drawing.
struct GraphLayout {
  double width = 0, height = 0;
  std::vector<Point> boxes; ///< the middle of each
  /// Of each arrow: a Bézier spline, its start and then three points a piece.
  std::vector<std::vector<Point>> arrows;
};

struct Box {
  double width = 0, height = 0; ///< pixels
};
struct Arrow {
  int from = 0, to = 0; ///< boxes
};

/// Fails where `dot` is not installed or needs too long.
llvm::Expected<GraphLayout> layOutGraph(const std::vector<Box> &boxes,
                                        const std::vector<Arrow> &arrows);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_INSPECT_GRAPHLAYOUT_H
