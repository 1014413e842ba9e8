#include "compiler/Conversion/Passes.h"
namespace mlir::kreg {
#define GEN_PASS_DEF_CONVERTKREGTOLINALGPASS
#include "compiler/Conversion/Passes.h.inc"
} // namespace mlir::kreg

namespace {
class ConvertKregToLinalgPass
    : public ::mlir::kreg::impl::ConvertKregToLinalgPassBase<ConvertKregToLinalgPass> {
public:
  void runOnOperation() override {}
};
} // namespace
