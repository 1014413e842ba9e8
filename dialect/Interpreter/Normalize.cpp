// Normalisation over axes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Numbers.h"
#include "dialect/Interpreter/Operations.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::interpreter;

namespace {

/// The elements of one group of axes: where each is, n of them.
template <typename Number>
class Group {
public:
  using A = Arithmetic<Number>;
  using Maybe = std::optional<Number>;

  Group(const Tensor<Number> &x, ArrayRef<int64_t> at) : x(x), at(at) {}

  /// Writes the normalised elements to y; false where one is not rational.
  bool write(NormalizeKind kind, const Number &epsilon, Tensor<Number> &y) {
    Number mean = kind == NormalizeKind::Standard ? meanOf() : Number(0);
    Number squares(0);
    for (int64_t i : at) {
      squares += (x.data[i] - mean) * (x.data[i] - mean);
    }
    Maybe factor = kind == NormalizeKind::L2 ? inverseNorm(squares, epsilon)
                                             : inverseRoot(squares, epsilon);
    if (!factor) {
      return false;
    }
    for (int64_t i : at) {
      y.data[i] = (x.data[i] - mean) * *factor;
    }
    return true;
  }

private:
  Number meanOf() const {
    Number sum(0);
    for (int64_t i : at) {
      sum += x.data[i];
    }
    return *A::divide(sum, Number(int64_t(at.size())));
  }

  /// 1/√(squares/n + ε)
  Maybe inverseRoot(const Number &squares, const Number &epsilon) const {
    Number mean = *A::divide(squares, Number(int64_t(at.size())));
    Maybe root = A::sqrt(mean + epsilon);
    return root ? A::divide(Number(1), *root) : std::nullopt;
  }

  const Tensor<Number> &x;
  ArrayRef<int64_t> at;
};

} // namespace

template <typename Number>
Result<Number> interpreter::run(NormalizeOp op, Operands<Number> operands) {
  const Tensor<Number> &x = *operands[0];
  // Elements meet in the group whose index has 0 at the axes.
  SmallVector<int64_t> kept(ArrayRef(x.shape));
  for (int64_t axis : op.getAxes()) {
    kept[axis] = 1;
  }
  SmallVector<int64_t> strides = stridesOf(kept);
  for (int64_t axis : op.getAxes()) {
    strides[axis] = 0;
  }
  std::vector<SmallVector<int64_t>> groups(productOf(kept));
  walk(x.shape, strides, 0,
       [&](int64_t from, int64_t to) { groups[to].push_back(from); });
  Number epsilon = *Arithmetic<Number>::of(asElement(
      op.getEpsilon().convertToDouble(), op.getType().getElementType()));
  Tensor<Number> y = x;
  for (const SmallVector<int64_t> &at : groups) {
    if (!at.empty() && !Group<Number>(x, at).write(op.getKind(), epsilon, y)) {
      return failureAt(op, "has a divisor that is not rational or is zero");
    }
  }
  return y;
}
KREG_INSTANTIATE(NormalizeOp)
