// The list of ops that small terms are composed of.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SmallTerms.h"

#include <cmath>

namespace kregc::testing {

using llvm::json::Array;
using llvm::json::Object;
using Shape = std::vector<int64_t>;

SmallTerm::SmallTerm(Shape shape) {
  top = add("input", {}, std::move(shape), Object{{"index", 0}});
}

int SmallTerm::add(std::string op, std::vector<int> operands, Shape shape,
                   Object attrs) {
  Node node;
  node.op = std::move(op);
  node.attrs = std::move(attrs);
  node.operands = std::move(operands);
  node.shape = std::move(shape);
  graph.nodes.push_back(std::move(node));
  return static_cast<int>(graph.nodes.size()) - 1;
}

static llvm::json::Value jsonOf(double number) {
  return std::isinf(number) ? llvm::json::Value("inf")
                            : llvm::json::Value(number);
}

int SmallTerm::unary(const std::string &kind, int x,
                     std::vector<double> params) {
  Object attrs{{"kind", kind}};
  if (!params.empty()) {
    Array array;
    for (double param : params) {
      array.push_back(jsonOf(param));
    }
    attrs["params"] = std::move(array);
  }
  Shape shape = graph.nodes[x].shape;
  return add("unary", {x}, shape, std::move(attrs));
}

int SmallTerm::number(double value, Shape shape) {
  return add("constant", {}, std::move(shape),
             Object{{"values", Array{value}}});
}

int SmallTerm::weight(Shape shape) {
  int64_t symbol = static_cast<int64_t>(graph.nodes.size());
  return add("weight", {}, std::move(shape), Object{{"symbol", symbol}});
}

int SmallTerm::other() {
  for (size_t id = 1; id < graph.nodes.size(); ++id) {
    if (graph.nodes[id].op == "input" && graph.nodes[id].shape == shape()) {
      return static_cast<int>(id);
    }
  }
  return add("input", {}, shape(),
             Object{{"index", static_cast<int64_t>(graph.nodes.size())}});
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

namespace {

class List {
public:
  std::vector<SmallOp> ops;

  /// `make` gives the new term, or -1 where the op does not fit.
  void add(std::string name, std::function<int(SmallTerm &)> make) {
    ops.push_back({name, [name, make](SmallTerm &term) {
                     int made = make(term);
                     if (made >= 0) {
                       term.top = made;
                       term.words += (term.words.empty() ? "" : ", ") + name;
                     }
                     return made >= 0;
                   }});
  }
  void unary(const std::string &kind, std::vector<double> params = {});
  void scale(double factor, bool shaped = false);
  void binary(const std::string &kind);
  void move(const std::string &op, const std::string &attr, size_t rank,
            Shape values);
  void ends(const std::string &op, Shape low, Shape high, Shape strides = {});
  void pool(const std::string &kind, int64_t window, int64_t stride,
            int64_t pad);
  void reduce(const std::string &kind, int64_t axis);
  void noise(const std::string &op, const std::string &kind, double rate);
  void conv(const std::string &op, int64_t window, int64_t stride, int64_t pad);
};

} // namespace

void List::unary(const std::string &kind, std::vector<double> params) {
  std::string name = kind;
  for (double param : params) {
    name += " " + std::to_string(param);
  }
  add(name, [=](SmallTerm &t) { return t.unary(kind, t.top, params); });
}

void List::scale(double factor, bool shaped) {
  add("times " + std::to_string(factor) + (shaped ? " splat" : ""),
      [=](SmallTerm &t) {
        Shape shape = shaped ? Shape{t.shape().back()} : Shape{};
        return t.add("product", {t.top, t.number(factor, shape)}, t.shape());
      });
}

void List::binary(const std::string &kind) {
  add("binary " + kind, [=](SmallTerm &t) {
    return t.add("binary", {t.top, t.other()}, t.shape(),
                 Object{{"kind", kind}});
  });
}

void List::move(const std::string &op, const std::string &attr, size_t rank,
                Shape values) {
  std::string name = op;
  for (int64_t value : values) {
    name += " " + std::to_string(value);
  }
  add(name, [=](SmallTerm &t) {
    if (t.shape().size() != rank) {
      return -1;
    }
    Shape shape = t.shape();
    for (size_t i = 0; i < rank; ++i) {
      shape[i] =
          attr == "perm" ? t.shape()[values[i]] : t.shape()[i] * values[i];
    }
    return t.add(op, {t.top}, shape, Object{{attr, Array(values)}});
  });
}

void List::ends(const std::string &op, Shape low, Shape high, Shape strides) {
  std::string name = op;
  for (const Shape &list : {low, high, strides}) {
    for (int64_t value : list) {
      name += " " + std::to_string(value);
    }
  }
  add(name, [=](SmallTerm &t) {
    Shape shape = t.shape();
    if (shape.size() != low.size()) {
      return -1;
    }
    for (size_t i = 1; i < shape.size(); ++i) {
      shape[i] += op == "pad" ? low[i] + high[i] : -low[i] - high[i];
      if (!strides.empty()) {
        shape[i] = (shape[i] + strides[i] - 1) / strides[i];
      }
      if (shape[i] <= 0) {
        return -1;
      }
    }
    Object attrs{{"low", Array(low)}, {"high", Array(high)}};
    if (!strides.empty()) {
      attrs["strides"] = Array(strides);
    }
    return t.add(op, {t.top}, shape, std::move(attrs));
  });
}

void List::pool(const std::string &kind, int64_t window, int64_t stride,
                int64_t pad) {
  add(kind + "_pool " + std::to_string(window) + " " + std::to_string(stride) +
          " " + std::to_string(pad),
      [=](SmallTerm &t) {
        if (t.shape().size() != 3 || t.shape()[1] < window) {
          return -1;
        }
        Shape shape = t.shape();
        shape[1] = (shape[1] + 2 * pad - window) / stride + 1;
        return t.add("pool", {t.top}, shape,
                     Object{{"kind", kind},
                            {"window", Array{window}},
                            {"strides", Array{stride}},
                            {"pads_low", Array{pad}},
                            {"pads_high", Array{pad}}});
      });
}

void List::reduce(const std::string &kind, int64_t axis) {
  add("reduce " + kind, [=](SmallTerm &t) {
    if (axis >= static_cast<int64_t>(t.shape().size())) {
      return -1;
    }
    Shape shape = t.shape();
    shape[axis] = 1;
    return t.add(
        "reduce", {t.top}, shape,
        Object{{"kind", kind}, {"axes", Array{axis}}, {"keepdims", true}});
  });
}

void List::noise(const std::string &op, const std::string &kind, double rate) {
  add((kind.empty() ? op : kind) + " " + std::to_string(rate),
      [=](SmallTerm &t) {
        Object attrs;
        if (rate > 0) {
          int64_t draw = static_cast<int64_t>(t.graph.nodes.size());
          attrs["draw"] = draw;
        }
        attrs[kind.empty() ? "rate" : "amount"] = rate;
        if (!kind.empty()) {
          attrs["kind"] = kind;
        }
        return t.add(op, {t.top}, t.shape(), std::move(attrs));
      });
}

void List::conv(const std::string &op, int64_t window, int64_t stride,
                int64_t pad) {
  add(op + " " + std::to_string(window) + " " + std::to_string(stride) + " " +
          std::to_string(pad),
      [=](SmallTerm &t) {
        Shape shape = t.shape();
        if (shape.size() != 3 || shape[1] + 2 * pad < window) {
          return -1;
        }
        int64_t channels = shape[2];
        bool transposed = op == "conv_transpose",
             depthwise = !transposed && op != "conv";
        shape[1] = transposed ? (shape[1] - 1) * stride + window - 2 * pad
                              : (shape[1] + 2 * pad - window) / stride + 1;
        shape[2] = depthwise ? channels : 2;
        Shape kernel = {window, channels, depthwise ? 1 : 2};
        if (transposed) {
          std::swap(kernel[1], kernel[2]);
        }
        return t.add(op, {t.top, t.weight(kernel)}, shape,
                     Object{{"strides", Array{stride}},
                            {"dilations", Array{1}},
                            {"pads_low", Array{pad}},
                            {"pads_high", Array{pad}}});
      });
}

/// Functions of each element.
static void addFunctions(List &list) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const char *kind :
       {"relu", "relu6", "abs", "neg", "square", "tanh", "sigmoid", "exp"}) {
    list.unary(kind);
  }
  for (double slope : {0.0, 1.0, 0.25, -0.5}) {
    list.unary("leaky_relu", {slope});
  }
  list.unary("elu", {0});
  list.unary("elu", {1});
  list.unary("clipped_relu", {0, 0, infinity});
  list.unary("clipped_relu", {0.25, 0, infinity});
  list.unary("clipped_relu", {0, 0, 6});
  list.unary("clipped_relu", {0, 0, 4});
  list.unary("clipped_relu", {0, 1, 4});
  list.unary("clipped_relu", {0, 0.5, infinity});
  list.unary("clipped_relu", {0, 0, 0});
  list.unary("clip", {0, 1});
  list.unary("clip", {-1, 1});
}

/// Sums, products, extrema.
static void addSums(List &list) {
  for (double factor : {2.0, 0.5, -1.0, -2.0, 1.0, 0.0}) {
    list.scale(factor);
  }
  list.scale(2, /*shaped=*/true);
  for (const char *kind : {"add", "sub", "mul", "div", "max", "min"}) {
    list.binary(kind);
  }
  list.add("and itself twice", [](SmallTerm &t) {
    int doubled = t.add("product", {t.top, t.number(2)}, t.shape());
    return t.add("sum", {t.top, doubled}, t.shape());
  });
  list.add("both times 2", [](SmallTerm &t) {
    int two = t.number(2);
    int left = t.add("product", {two, t.top}, t.shape());
    int right = t.add("product", {two, t.other()}, t.shape());
    return t.add("sum", {left, right}, t.shape());
  });
  list.add("plus 0", [](SmallTerm &t) {
    return t.add("sum", {t.top, t.number(0)}, t.shape());
  });
}

/// Moves of elements, and what looks at several of them.
static void addMoves(List &list) {
  list.add("concat", [](SmallTerm &t) {
    Shape shape = t.shape();
    shape.back() *= 2;
    return t.add("concat", {t.top, t.other()}, shape,
                 Object{{"axis", static_cast<int64_t>(shape.size()) - 1}});
  });
  list.add("concat of relu", [](SmallTerm &t) {
    Shape shape = t.shape();
    shape[1] *= 2;
    return t.add("concat", {t.unary("relu", t.top), t.top}, shape,
                 Object{{"axis", 1}});
  });
  list.add("reshape flat", [](SmallTerm &t) {
    return t.add("reshape", {t.top}, {-1, t.graph.nodes[t.top].elements()});
  });
  list.add("reshape to 2", [](SmallTerm &t) {
    int64_t count = t.graph.nodes[t.top].elements();
    return count % 2 ? -1 : t.add("reshape", {t.top}, {-1, count / 2, 2});
  });
  list.move("transpose", "perm", 3, {0, 2, 1});
  list.move("transpose", "perm", 3, {0, 1, 2});
  list.move("repeat", "factors", 3, {1, 2, 1});
  list.move("repeat", "factors", 2, {1, 2});
  list.ends("pad", {0, 1, 0}, {0, 2, 0});
  list.ends("pad", {0, 0, 1}, {0, 0, 0});
  list.ends("pad", {0, 0, 0}, {0, 0, 0});
  list.ends("pad", {0, 1}, {0, 1});
  list.ends("slice", {0, 1, 0}, {0, 0, 0}, {1, 1, 1});
  list.ends("slice", {0, 0, 0}, {0, 1, 0}, {1, 1, 1});
  list.ends("slice", {0, 1, 0}, {0, 0, 0}, {1, 2, 1});
  list.ends("slice", {0, 0, 1}, {0, 0, 0}, {1, 1, 1});
  for (const char *kind : {"max", "avg"}) {
    list.pool(kind, 1, 1, 0);
    list.pool(kind, 2, 2, 0);
    list.pool(kind, 2, 1, 1);
  }
  for (const char *kind : {"max", "min", "mean", "sum"}) {
    list.reduce(kind, 1);
  }
}

/// Noise and layers with weights.
static void addLayers(List &list) {
  list.noise("dropout", "", 0);
  list.noise("dropout", "", 0.5);
  list.noise("noise", "gaussian_dropout", 0.5);
  list.ends("slice", {0, 0}, {0, 1}, {1, 1});
  list.noise("noise", "gaussian_noise", 0.25);
  list.conv("conv", 3, 1, 0);
  list.conv("conv", 3, 2, 1);
  list.conv("conv", 1, 1, 0);
  list.conv("depthwise_conv", 3, 1, 0);
  list.conv("conv_transpose", 3, 1, 0);
  list.add("dense", [](SmallTerm &t) {
    Shape shape = t.shape();
    int kernel = t.weight({shape.back(), 2});
    shape.back() = 2;
    return t.add("dense", {t.top, kernel}, shape);
  });
  list.add("resize", [](SmallTerm &t) {
    Shape shape = t.shape();
    if (shape.size() != 3) {
      return -1;
    }
    shape[1] *= 2;
    return t.add("resize", {t.top}, shape,
                 Object{{"kind", "bilinear"}, {"sizes", Array{shape[1]}}});
  });
  list.add("softmax", [](SmallTerm &t) {
    return t.add("softmax", {t.top}, t.shape(),
                 Object{{"axis", static_cast<int64_t>(t.shape().size()) - 1}});
  });
  list.add("batch_norm", [](SmallTerm &t) {
    Shape vector = {t.shape().back()};
    return t.add("batch_norm", {t.top, t.weight(vector), t.weight(vector)},
                 t.shape(),
                 Object{{"axis", static_cast<int64_t>(t.shape().size()) - 1},
                        {"epsilon", 0.5},
                        {"gamma", false},
                        {"beta", false},
                        {"trained", true}});
  });
}

std::vector<SmallOp> smallOps() {
  List list;
  addFunctions(list);
  addSums(list);
  addMoves(list);
  addLayers(list);
  return std::move(list.ops);
}

} // namespace kregc::testing
