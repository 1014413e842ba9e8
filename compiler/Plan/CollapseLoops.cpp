// Adjacent dimensions that everybody walks together become one: [n, y, x, c] of
// an elementwise kernel is one long row, a 1x1 convolution is a matrix product,
// and the taps kx and channels ci of a convolution are one run of memory.
//
// A merge is found by closure. It starts from two adjacent dimensions of one
// value; whoever reads or writes that value must merge two loops, and whatever
// else these loops index must merge too. If anyone cannot, nothing is merged.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Plan/Expressions.h"

#include <set>

namespace kregc::plan {
namespace {

class Merge {
public:
  explicit Merge(Plan &plan) : plan(plan) {}

  /// Whether dimensions `dim` and `dim + 1` of `value` can be one.
  bool find(int value, int dim) {
    if (!addDimension(value, dim)) {
      return false;
    }
    size_t before;
    do {
      before = dimensions.size() + loops.size();
      for (size_t s = 0; s < plan.stages.size(); ++s) {
        if (!closeOver(s)) {
          return false;
        }
      }
    } while (before != dimensions.size() + loops.size());
    return true;
  }

  void apply();

private:
  using Pair = std::pair<int, int>; // (value, dimension) or (stage, loop)

  bool addDimension(int value, int dim);
  bool addLoop(int stage, int loop);
  bool closeOver(int stage);
  bool closeOverWrite(int stage, const Write &write);
  bool closeOverExpression(int stage, const ExpressionRef &e);
  bool closeOverAccess(int stage, const Expression &access);
  std::optional<Affine> mergedPosition(int stage, const Expression &e) const;
  bool usesMergedLoop(int stage, const ExpressionRef &e) const;
  ExpressionRef mergedIndex(const ExpressionRef &high, const ExpressionRef &low,
                            int64_t size) const;
  ExpressionRef rewriteAccess(const ExpressionRef &e) const;

  Plan &plan;
  std::set<Pair> dimensions, loops;
};

/// The loops of a stage that index what it writes.
std::vector<int> parallelLoops(const Stage &stage) {
  std::vector<int> result;
  for (size_t i = 0; i < stage.loops.size(); ++i) {
    if (!stage.loops[i].reduction) {
      result.push_back(i);
    }
  }
  return result;
}

bool canMerge(const Extent &high, const Extent &low) {
  return low.isStatic() && low.divisor == 1 && high.divisor == 1;
}

bool Merge::addDimension(int value, int dim) {
  const Value &v = plan.values[value];
  int rank = v.shape.size();
  if (dim + 1 >= rank || !canMerge(v.shape[dim], v.shape[dim + 1])) {
    return false;
  }
  // The last dimension of a weight is the one that packing blocks.
  if (v.kind == Value::Kind::Weight && dim + 2 == rank) {
    return false;
  }
  dimensions.insert({value, dim});
  return !dimensions.count({value, dim - 1}) &&
         !dimensions.count({value, dim + 1});
}

bool Merge::addLoop(int stage, int loop) {
  const std::vector<Loop> &all = plan.stages[stage].loops;
  if (loop < 0 || loop + 1 >= static_cast<int>(all.size()) ||
      all[loop].reduction != all[loop + 1].reduction ||
      !canMerge(all[loop].extent, all[loop + 1].extent)) {
    return false;
  }
  loops.insert({stage, loop});
  return !loops.count({stage, loop - 1}) && !loops.count({stage, loop + 1});
}

/// Loops of one iteration never occur in expressions, so their neighbours may
/// be used as before.
bool Merge::usesMergedLoop(int stage, const ExpressionRef &e) const {
  const std::vector<Loop> &all = plan.stages[stage].loops;
  const Extent one{1, 0, 1};
  bool found = false;
  walk(e, [&](const Expression &node) {
    if (node.op != Operator::Loop) {
      return;
    }
    int i = node.integer;
    found |= loops.count({stage, i}) && !(all[i + 1].extent == one);
    found |= loops.count({stage, i - 1}) && !(all[i - 1].extent == one);
  });
  return found;
}

/// For each pair of adjacent indices of an access: what it must merge.
bool Merge::closeOverAccess(int stage, const Expression &access) {
  const std::vector<Extent> &shape = plan.values[access.value].shape;
  for (size_t d = 0; d < shape.size(); ++d) {
    const ExpressionRef &high = access.operands[d];
    bool merged = dimensions.count({access.value, d});
    bool isLow = d > 0 && dimensions.count({access.value, d - 1});
    if (isLow) {
      continue; // looked at together with the dimension before it
    }
    if (d + 1 == shape.size()) {
      if (usesMergedLoop(stage, high)) {
        return false;
      }
      continue;
    }
    const ExpressionRef &low = access.operands[d + 1];
    auto highForm = affine(high), lowForm = affine(low);
    if (merged && lowForm && highForm) {
      if (lowForm->isConstant(0) && shape[d + 1] == Extent{1, 0, 1}) {
        if (usesMergedLoop(stage, high)) {
          return false;
        }
        continue;
      }
      if (highForm->isConstant(0) && shape[d] == Extent{1, 0, 1}) {
        if (usesMergedLoop(stage, low)) {
          return false;
        }
        continue;
      }
    }
    // The pattern: [… + loop j-1, loop j], loop j over the whole dimension.
    int64_t j = lowForm && lowForm->coefficients.size() == 1
                    ? lowForm->coefficients.begin()->first
                    : -1;
    bool fits = highForm && j > 0 && lowForm->isLoop(j) &&
                highForm->of(j - 1) == 1 && highForm->of(j) == 0 &&
                plan.stages[stage].loops[j].extent == shape[d + 1];
    bool wanted =
        merged || (fits && loops.count({stage, static_cast<int>(j) - 1}));
    if (!wanted) {
      if (usesMergedLoop(stage, high)) {
        return false;
      }
      continue;
    }
    if (!fits || !addDimension(access.value, d) || !addLoop(stage, j - 1)) {
      return false;
    }
    // No other merged loop may shift the index.
    for (auto [number, coefficient] : highForm->coefficients) {
      bool other = number != j - 1 && (loops.count({stage, number}) ||
                                       loops.count({stage, number - 1}));
      if (other) {
        return false;
      }
    }
  }
  return access.op != Operator::ReadOr ||
         closeOverExpression(stage, access.operands.back());
}

/// The position of a random number where merged loops are the low one of each
/// pair; nothing if it does not count their elements one by one.
std::optional<Affine> Merge::mergedPosition(int stage,
                                            const Expression &e) const {
  std::optional<Affine> position = affine(e.operands.back());
  const std::vector<Loop> &all = plan.stages[stage].loops;
  const Extent one{1, 0, 1};
  for (size_t i = 0; position && i < all.size(); ++i) {
    if (!loops.count({stage, i})) {
      continue;
    }
    int64_t high = position->of(i), low = position->of(i + 1);
    position->coefficients.erase(i);
    if (all[i + 1].extent == one) {
      position->coefficients.erase(i + 1);
      if (high != 0) {
        position->coefficients[i + 1] = high;
      }
    } else if (!(all[i].extent == one) &&
               high != low * all[i + 1].extent.constant) {
      return std::nullopt;
    }
  }
  return position;
}

bool Merge::closeOverExpression(int stage, const ExpressionRef &e) {
  if (isAccess(*e)) {
    return closeOverAccess(stage, *e);
  }
  if (e->op == Operator::Random) {
    return mergedPosition(stage, *e).has_value();
  }
  if (e->op == Operator::Loop) {
    return !usesMergedLoop(stage, e);
  }
  for (const ExpressionRef &operand : e->operands) {
    if (!closeOverExpression(stage, operand)) {
      return false;
    }
  }
  return true;
}

bool Merge::closeOverWrite(int stage, const Write &write) {
  std::vector<int> parallel = parallelLoops(plan.stages[stage]);
  for (size_t d = 0; d + 1 < parallel.size(); ++d) {
    bool byValue = dimensions.count({write.value, d});
    bool byLoop = loops.count({stage, parallel[d]});
    if (!byValue && !byLoop) {
      continue;
    }
    if (parallel[d + 1] != parallel[d] + 1 || !addDimension(write.value, d) ||
        !addLoop(stage, parallel[d])) {
      return false;
    }
  }
  return (!write.init || closeOverExpression(stage, write.init)) &&
         closeOverExpression(stage, write.body);
}

bool Merge::closeOver(int stage) {
  for (const Write &write : plan.stages[stage].writes) {
    if (!closeOverWrite(stage, write)) {
      return false;
    }
  }
  return true;
}

/// high · size + low, in the three cases that closeOverAccess lets pass.
ExpressionRef Merge::mergedIndex(const ExpressionRef &high,
                                 const ExpressionRef &low, int64_t size) const {
  Affine a = *affine(high), b = *affine(low);
  if (b.isConstant(0) && size == 1) {
    return high;
  }
  if (a.isConstant(0)) {
    return low;
  }
  int64_t j = b.coefficients.begin()->first;
  Affine result;
  result.constant = a.constant * size;
  for (auto [number, coefficient] : a.coefficients) {
    result.coefficients[number] = number == j - 1 ? 1 : coefficient * size;
  }
  return toExpression(result);
}

ExpressionRef Merge::rewriteAccess(const ExpressionRef &e) const {
  const std::vector<Extent> &shape = plan.values[e->value].shape;
  auto copy = std::make_shared<Expression>(*e);
  copy->operands.clear();
  for (size_t d = 0; d < shape.size(); ++d) {
    if (dimensions.count({e->value, d})) {
      copy->operands.push_back(mergedIndex(e->operands[d], e->operands[d + 1],
                                           shape[d + 1].constant));
      ++d;
    } else {
      copy->operands.push_back(e->operands[d]);
    }
  }
  if (e->op == Operator::ReadOr) {
    copy->operands.push_back(e->operands.back());
  }
  return copy;
}

Extent product(const Extent &high, const Extent &low) {
  return {high.constant * low.constant, high.perBatch * low.constant, 1};
}

/// Merges the marked neighbours of a list of things with extents.
template <typename T, typename GetExtent>
std::vector<T> mergeMarked(const std::vector<T> &old, GetExtent extentOf,
                           const std::function<bool(int)> &marked) {
  std::vector<T> result;
  for (size_t i = 0; i < old.size(); ++i) {
    result.push_back(old[i]);
    if (marked(i)) {
      T &merged = result.back();
      extentOf(merged) =
          product(extentOf(merged), extentOf(const_cast<T &>(old[i + 1])));
      ++i;
    }
  }
  return result;
}

void Merge::apply() {
  for (size_t s = 0; s < plan.stages.size(); ++s) {
    Stage &stage = plan.stages[s];
    // Loop numbers after the merge; the low one of a pair is gone.
    std::vector<int64_t> number(stage.loops.size());
    int64_t next = 0;
    for (size_t i = 0; i < stage.loops.size(); ++i) {
      bool low = i > 0 && loops.count({s, i - 1});
      number[i] = low ? next - 1 : next++;
    }
    auto renumber = [&](const ExpressionRef &e) -> ExpressionRef {
      if (e->op == Operator::Loop) {
        return loop(number[e->integer]);
      }
      return e;
    };
    auto change = [&](const ExpressionRef &e) -> ExpressionRef {
      if (e->op == Operator::Random) {
        auto copy = std::make_shared<Expression>(*e);
        copy->operands.back() = toExpression(*mergedPosition(s, *e));
        return copy;
      }
      return isAccess(*e) ? rewriteAccess(e) : e;
    };
    for (Write &write : stage.writes) {
      write.body = rewrite(rewrite(write.body, change), renumber);
      if (write.init) {
        write.init = rewrite(rewrite(write.init, change), renumber);
      }
    }
    stage.loops = mergeMarked<Loop>(
        stage.loops, [](Loop &l) -> Extent & { return l.extent; },
        [&](int i) { return loops.count({s, i}) > 0; });
  }
  for (size_t v = 0; v < plan.values.size(); ++v) {
    plan.values[v].shape = mergeMarked<Extent>(
        plan.values[v].shape, [](Extent &e) -> Extent & { return e; },
        [&](int d) { return dimensions.count({v, d}) > 0; });
  }
}

/// Replaces each loop number by what `change` says.
void replaceLoops(Stage &stage,
                  const std::function<ExpressionRef(int64_t)> &change) {
  auto onNode = [&](const ExpressionRef &e) {
    return e->op == Operator::Loop ? change(e->integer) : e;
  };
  for (Write &write : stage.writes) {
    write.body = rewrite(write.body, onNode);
    if (write.init) {
      write.init = rewrite(write.init, onNode);
    }
  }
}

/// A reduction of one iteration is its body on the initial value.
void replaceReduction(Stage &stage) {
  for (Write &write : stage.writes) {
    write.body = rewrite(write.body, [&](const ExpressionRef &e) {
      return e->op == Operator::Accumulator ? write.init : e;
    });
    write.init = nullptr;
  }
  stage.loops.pop_back();
}

/// A loop of one iteration becomes the index 0 wherever it is used; if it is a
/// reduction, it is gone. A penalty keeps one: its loops are its tensor.
void dropUnitLoops(Stage &stage) {
  const Extent one{1, 0, 1};
  replaceLoops(stage, [&](int64_t i) {
    return stage.loops[i].extent == one ? integer(0) : loop(i);
  });
  int64_t reductions = 0;
  for (const Loop &l : stage.loops) {
    reductions += l.reduction;
  }
  for (int64_t i = stage.loops.size(); i-- > 0 && reductions > 1;) {
    if (stage.loops[i].reduction && stage.loops[i].extent == one) {
      --reductions;
      stage.loops.erase(stage.loops.begin() + i);
      replaceLoops(stage, [&](int64_t l) { return loop(l > i ? l - 1 : l); });
    }
  }
  if (stage.role != Stage::Role::Penalty && reductions == 1 &&
      stage.loops.back().extent == one) {
    replaceReduction(stage);
  }
}

bool mergeOnce(Plan &plan) {
  for (size_t v = 0; v < plan.values.size(); ++v) {
    for (size_t d = 0; d + 1 < plan.values[v].shape.size(); ++d) {
      Merge merge(plan);
      if (merge.find(v, d)) {
        merge.apply();
        return true;
      }
    }
  }
  return false;
}

} // namespace

void collapseLoops(Plan &plan) {
  for (Stage &stage : plan.stages) {
    dropUnitLoops(stage);
  }
  while (mergeOnce(plan)) {
  }
}

} // namespace kregc::plan
