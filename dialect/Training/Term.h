// Formulas over tensors, written as formulas: each operator makes a core op,
// shapes broadcast.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_DIALECT_TRAINING_TERM_H
#define KREGC_DIALECT_TRAINING_TERM_H

#include "dialect/IR/Kreg.h"

#include "mlir/IR/Builders.h"

namespace mlir::kreg::training {

/// A value and the place where ops on it are made. Terms of one formula share
/// builder and location.
struct Term {
  OpBuilder *builder;
  Location loc;
  Value value;

  Term(OpBuilder &builder, Location loc, Value value)
      : builder(&builder), loc(loc), value(value) {}

  RankedTensorType type() const {
    return cast<RankedTensorType>(value.getType());
  }
  Term with(Value other) const { return {*builder, loc, other}; }

  /// One number, of this tensor's element type.
  Term number(double x) const;
  Term unary(UnaryKind kind, ArrayRef<double> params = {}) const;
  Term binary(BinaryKind kind, const Term &other) const;
  /// A tensor of `type` filled with x, divided by the batch if asked.
  Term fill(double x, RankedTensorType type, Norm norm = Norm::None) const;
  Term reduce(ReduceKind kind, ArrayRef<int64_t> axes, bool keep) const;
  Term reshape(ArrayRef<int64_t> shape) const;
  /// With zeros around it, per dimension.
  Term padded(ArrayRef<int64_t> low, ArrayRef<int64_t> high) const;
  /// Summed over what broadcasting to this tensor's shape repeats.
  Term reduceTo(Type type) const;
};

inline Term operator+(const Term &a, const Term &b) {
  return a.binary(BinaryKind::Add, b);
}
inline Term operator-(const Term &a, const Term &b) {
  return a.binary(BinaryKind::Sub, b);
}
inline Term operator*(const Term &a, const Term &b) {
  return a.binary(BinaryKind::Mul, b);
}
inline Term operator/(const Term &a, const Term &b) {
  return a.binary(BinaryKind::Div, b);
}
inline Term operator+(double a, const Term &b) { return b.number(a) + b; }
inline Term operator-(double a, const Term &b) { return b.number(a) - b; }
inline Term operator*(double a, const Term &b) { return b.number(a) * b; }
inline Term operator/(double a, const Term &b) { return b.number(a) / b; }
inline Term operator+(const Term &a, double b) { return a + a.number(b); }
inline Term operator-(const Term &a, double b) { return a - a.number(b); }
inline Term operator*(const Term &a, double b) { return a * a.number(b); }
inline Term operator/(const Term &a, double b) { return a / a.number(b); }
inline Term operator-(const Term &a) { return a.unary(UnaryKind::Neg); }

inline Term abs(const Term &x) { return x.unary(UnaryKind::Abs); }
inline Term erf(const Term &x) { return x.unary(UnaryKind::Erf); }
inline Term exp(const Term &x) { return x.unary(UnaryKind::Exp); }
inline Term log(const Term &x) { return x.unary(UnaryKind::Log); }
inline Term sqrt(const Term &x) { return x.unary(UnaryKind::Sqrt); }
inline Term square(const Term &x) { return x.unary(UnaryKind::Square); }
inline Term sigmoid(const Term &x) { return x.unary(UnaryKind::Sigmoid); }
inline Term softplus(const Term &x) { return x.unary(UnaryKind::Softplus); }
inline Term tanh(const Term &x) { return x.unary(UnaryKind::Tanh); }
inline Term relu(const Term &x) { return x.unary(UnaryKind::Relu); }
/// x > 0 ? 1 : 0
inline Term step(const Term &x) { return x.unary(UnaryKind::Step); }
inline Term sign(const Term &x) { return x.unary(UnaryKind::Sign); }
inline Term max(const Term &a, const Term &b) {
  return a.binary(BinaryKind::Max, b);
}
inline Term min(const Term &a, const Term &b) {
  return a.binary(BinaryKind::Min, b);
}
inline Term max(const Term &a, double b) { return max(a, a.number(b)); }
inline Term min(const Term &a, double b) { return min(a, a.number(b)); }

} // namespace mlir::kreg::training

#endif // KREGC_DIALECT_TRAINING_TERM_H
