// The listing of a plan: what `--emit plan` prints and FileCheck reads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Plan/Plan.h"

#include <sstream>

using namespace kregc::plan;

static const char *nameOf(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return "f32";
  case ElementType::F64:
    return "f64";
  case ElementType::I32:
    return "i32";
  case ElementType::I1:
    return "i1";
  }
  return "?";
}

static const char *nameOf(Value::Kind kind) {
  switch (kind) {
  case Value::Kind::Input:
    return "input";
  case Value::Kind::Weight:
    return "weight";
  case Value::Kind::Output:
    return "output";
  case Value::Kind::Temporary:
    return "temporary";
  case Value::Kind::PenaltySum:
    return "penalty sum";
  }
  return "?";
}

static const char *nameOf(Stage::Role role) {
  switch (role) {
  case Stage::Role::Producer:
    return "producer";
  case Stage::Role::Anchor:
    return "anchor";
  case Stage::Role::Epilogue:
    return "epilogue";
  case Stage::Role::Penalty:
    return "penalty";
  }
  return "?";
}

static const char *nameOf(Family family) {
  switch (family) {
  case Family::Elementwise:
    return "elementwise";
  case Family::Contraction:
    return "contraction";
  case Family::Depthwise:
    return "depthwise";
  case Family::Pooling:
    return "pooling";
  case Family::Reduction:
    return "reduction";
  case Family::Data:
    return "data";
  case Family::Accumulation:
    return "accumulation";
  }
  return "?";
}

static std::string text(const Extent &e) {
  std::ostringstream os;
  if (e.divisor != 1) {
    os << "ceil(";
  }
  if (e.perBatch == 0) {
    os << e.constant;
  } else {
    if (e.perBatch != 1) {
      os << e.perBatch << "*";
    }
    os << "batch";
    if (e.constant != 0) {
      os << " + " << e.constant;
    }
  }
  if (e.divisor != 1) {
    os << " / " << e.divisor << ")";
  }
  return os.str();
}

namespace {

/// Prints expressions of one plan; infix where a reader expects it.
struct ExpressionPrinter {
  const Plan &plan;
  std::ostringstream os;

  void list(const std::vector<ExpressionRef> &operands, size_t end) {
    for (size_t i = 0; i < end; ++i) {
      os << (i ? ", " : "");
      print(*operands[i]);
    }
  }

  void infix(const Expression &e, const char *sign) {
    os << "(";
    print(*e.operands[0]);
    os << " " << sign << " ";
    print(*e.operands[1]);
    os << ")";
  }

  void call(const Expression &e, const char *name) {
    os << name << "(";
    list(e.operands, e.operands.size());
    os << ")";
  }

  void read(const Expression &e) {
    bool guarded = e.op == Operator::ReadOr;
    os << plan.values[e.value].name << "[";
    list(e.operands, e.operands.size() - guarded);
    os << "]";
    if (guarded) {
      os << " or ";
      print(*e.operands.back());
    }
  }

  void print(const Expression &e);
};

} // namespace

void ExpressionPrinter::print(const Expression &e) {
  switch (e.op) {
  case Operator::Real:
    os << e.real;
    return;
  case Operator::Integer:
    os << e.integer;
    return;
  case Operator::Loop:
    os << "i" << e.integer;
    return;
  case Operator::Extent:
    os << text(e.extent);
    return;
  case Operator::Accumulator:
    os << "acc";
    return;
  case Operator::Read:
  case Operator::ReadOr:
    return read(e);
  case Operator::Add:
    return infix(e, "+");
  case Operator::Sub:
    return infix(e, "-");
  case Operator::Mul:
    return infix(e, "*");
  case Operator::Div:
    return infix(e, "/");
  case Operator::Mod:
    return infix(e, "mod");
  case Operator::Less:
    return infix(e, "<");
  case Operator::LessEqual:
    return infix(e, "<=");
  case Operator::Equal:
    return infix(e, "==");
  case Operator::And:
    return infix(e, "and");
  case Operator::Or:
    return infix(e, "or");
  case Operator::Max:
    return call(e, "max");
  case Operator::Min:
    return call(e, "min");
  case Operator::Neg:
    return call(e, "neg");
  case Operator::Abs:
    return call(e, "abs");
  case Operator::Sqrt:
    return call(e, "sqrt");
  case Operator::Exp:
    return call(e, "exp");
  case Operator::Log:
    return call(e, "log");
  case Operator::Tanh:
    return call(e, "tanh");
  case Operator::Erf:
    return call(e, "erf");
  case Operator::Pow:
    return call(e, "pow");
  case Operator::Floor:
    return call(e, "floor");
  case Operator::Not:
    return call(e, "not");
  case Operator::Select:
    return call(e, "select");
  case Operator::Cast:
    return call(e, nameOf(e.type));
  case Operator::Random:
    return call(e, "random");
  }
}

static std::string text(const Plan &plan, const ExpressionRef &e) {
  ExpressionPrinter printer{plan, {}};
  printer.print(*e);
  return printer.os.str();
}

static void printStage(std::ostringstream &os, const Plan &plan,
                       const Stage &stage) {
  os << "  stage " << stage.name << " (" << nameOf(stage.role) << ")\n    for";
  for (size_t i = 0; i < stage.loops.size(); ++i) {
    os << (i ? ", " : " ") << (stage.loops[i].reduction ? "sum " : "") << "i"
       << i << " < " << text(stage.loops[i].extent);
  }
  os << "\n";
  for (const Write &write : stage.writes) {
    os << "    " << plan.values[write.value].name << " = "
       << text(plan, write.body);
    if (write.init) {
      os << ", from " << text(plan, write.init);
    }
    os << "\n";
  }
}

std::string kregc::plan::print(const Plan &plan) {
  std::ostringstream os;
  const Schedule &s = plan.schedule;
  os << "plan " << plan.name << "\n  schedule " << nameOf(s.family)
     << " vector " << s.vector << " vectors " << s.vectors << " points "
     << s.points << " strip " << s.strip << " order " << s.order << " unroll "
     << s.unroll << " parallel " << s.parallel << "\n";
  for (const Value &value : plan.values) {
    os << "  " << nameOf(value.kind) << " " << value.name << ": "
       << nameOf(value.type) << "[";
    for (size_t i = 0; i < value.shape.size(); ++i) {
      os << (i ? ", " : "") << text(value.shape[i]);
    }
    os << "]";
    if (value.packing) {
      os << " packed by " << value.packing;
    }
    for (size_t d = 0; d < value.order.size(); ++d) {
      os << (d ? ", " : " in memory [") << value.order[d]
         << (d + 1 == value.order.size() ? "]" : "");
    }
    os << "\n";
  }
  for (const Stage &stage : plan.stages) {
    printStage(os, plan, stage);
  }
  return os.str();
}

std::vector<int> Plan::arguments() const {
  std::vector<int> result;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].kind != Value::Kind::Temporary) {
      result.push_back(i);
    }
  }
  return result;
}
