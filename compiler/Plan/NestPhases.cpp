// The phases of a transposed convolution are short dimensions of the result
// between its points. As loops they belong around the points of a strip: then
// each has a window of its own, tiles are along the points, and the strip of
// the input serves all of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Plan/Expressions.h"

#include <algorithm>
#include <set>

namespace kregc::plan {
namespace {

using Order = std::vector<size_t>; // old numbers of dimensions, by new ones

std::set<int64_t> loopsOf(const Expression &access) {
  std::set<int64_t> loops;
  for (const ExpressionRef &index : access.operands) {
    walk(index, [&](const Expression &e) {
      if (e.op == Operator::Loop) {
        loops.insert(e.integer);
      }
    });
  }
  return loops;
}

/// The two operands of a contraction by the loops that they read with: the
/// input, which has no loop of channels, first.
std::optional<std::vector<std::set<int64_t>>> operandLoops(const Stage &anchor,
                                                           int64_t channels) {
  std::vector<std::set<int64_t>> operands;
  walk(anchor.writes[0].body, [&](const Expression &e) {
    if (isAccess(e)) {
      operands.push_back(loopsOf(e));
    }
  });
  if (operands.size() != 2) {
    return std::nullopt;
  }
  if (operands[0].count(channels)) {
    std::swap(operands[0], operands[1]);
  }
  if (operands[0].count(channels) || !operands[1].count(channels)) {
    return std::nullopt;
  }
  return operands;
}

class Nesting {
public:
  explicit Nesting(Plan &plan) : plan(plan) {}

  void run() {
    if (findOrder() && findStages()) {
      plan.phases = phases;
      for (size_t s = anchor; s < plan.stages.size(); ++s) {
        apply(plan.stages[s]);
      }
    }
  }

private:
  /// A phase is a loop that moves in the kernel but not in the input.
  bool findOrder() {
    while (anchor < plan.stages.size() &&
           plan.stages[anchor].role != Stage::Role::Anchor) {
      ++anchor;
    }
    if (anchor == plan.stages.size()) {
      return false;
    }
    const Stage &stage = plan.stages[anchor];
    rank = plan.values[stage.writes[0].value].shape.size();
    if (rank < 3) {
      return false;
    }
    auto operands = operandLoops(stage, rank - 1);
    if (!operands) {
      return false;
    }
    Order inner;
    for (size_t l = 0; l + 1 < rank; ++l) {
      if ((*operands)[0].count(l)) {
        order.push_back(l);
      } else if (stage.loops[l].extent.isStatic()) {
        inner.push_back(l);
      } else {
        return false;
      }
    }
    phases = inner.size();
    bool hasRows = order.size() >= 3;
    if (order.empty() || phases == 0 ||
        (!hasRows && inner.back() < order.back())) {
      return false;
    }
    order.insert(order.end() - 1, inner.begin(), inner.end());
    order.push_back(rank - 1);
    return true;
  }

  /// All stages from the anchor on have its loops.
  bool findStages() {
    const std::vector<Loop> &loops = plan.stages[anchor].loops;
    for (size_t s = anchor; s < plan.stages.size(); ++s) {
      const Stage &stage = plan.stages[s];
      bool fits = s == anchor || stage.loops.size() == rank;
      for (size_t l = 0; fits && l < rank; ++l) {
        fits = stage.loops[l].extent == loops[l].extent;
      }
      if (!fits) {
        return false;
      }
      for (const Write &write : stage.writes) {
        if (plan.values[write.value].kind != Value::Kind::PenaltySum) {
          moved.insert(write.value);
        }
      }
    }
    return true;
  }

  template <typename T>
  void permute(std::vector<T> &list) const {
    std::vector<T> old(list.begin(), list.begin() + rank);
    for (size_t i = 0; i < rank; ++i) {
      list[i] = old[order[i]];
    }
  }

  void apply(Stage &stage) {
    permute(stage.loops);
    Order places(rank);
    for (size_t i = 0; i < rank; ++i) {
      places[order[i]] = i;
    }
    auto change = [&](const ExpressionRef &e) -> ExpressionRef {
      if (e->op == Operator::Loop && e->integer < static_cast<int64_t>(rank)) {
        return loop(places[e->integer]);
      }
      if (!isAccess(*e) || !moved.count(e->value)) {
        return e;
      }
      auto copy = std::make_shared<Expression>(*e);
      permute(copy->operands);
      return copy;
    };
    for (Write &write : stage.writes) {
      write.body = rewrite(write.body, change);
      if (write.init) {
        write.init = rewrite(write.init, change);
      }
      Value &value = plan.values[write.value];
      if (moved.count(write.value)) {
        permute(value.shape);
        if (value.kind == Value::Kind::Output &&
            !std::is_sorted(places.begin(), places.end())) {
          value.order = places;
        }
      }
    }
  }

  Plan &plan;
  size_t anchor = 0, rank = 0, phases = 0;
  Order order;
  std::set<int> moved; ///< values whose dimensions change places
};

} // namespace

void nestPhases(Plan &plan) {
  if (plan.schedule.family == Family::Contraction) {
    Nesting(plan).run();
  }
}

} // namespace kregc::plan
