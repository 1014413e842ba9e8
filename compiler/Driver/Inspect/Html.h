// `kregc inspect --format html`: one page with the model as a graph, its
// penalties and what the adviser says. It needs no other file and runs nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_COMPILER_DRIVER_INSPECT_HTML_H
#define KREGC_COMPILER_DRIVER_INSPECT_HTML_H

#include "compiler/Driver/Inspect/Advice.h"

#include "llvm/Support/Error.h"

namespace kregc::driver {

/// The page. Fails where the graph cannot be drawn.
llvm::Expected<std::string> buildPage(const ModelFacts &facts,
                                      const Findings &findings);

/// The graph as an SVG element: a box for each call of a layer, with the id
/// "n<call>", penalised and dead ones marked.
llvm::Expected<std::string> drawModel(const ModelFacts &facts,
                                      const Findings &findings);

/// Text from a file as text of a page: markup and control characters escaped.
std::string escape(llvm::StringRef text);

} // namespace kregc::driver

#endif // KREGC_COMPILER_DRIVER_INSPECT_HTML_H
