// From the text of a model to terms.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/IR/Kreg.h"
#include "dialect/IR/Numbers.h"
#include "dialect/Proof/Graph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/SHA256.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

/// With one 0: as real numbers -0 and +0 are the same.
static std::vector<float> withoutMinusZero(std::vector<float> numbers) {
  for (float &number : numbers) {
    number += 0.0F;
  }
  return numbers;
}

std::optional<std::vector<float>> proof::floatsOf(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseF32ResourceElementsAttr>(value)) {
    std::optional<ArrayRef<float>> data = resource.tryGetAsArrayRef();
    return data ? std::optional(withoutMinusZero(data->vec())) : std::nullopt;
  }
  auto dense = dyn_cast<DenseFPElementsAttr>(value);
  if (!dense || !dense.getElementType().isF32()) {
    return std::nullopt;
  }
  auto range = dense.getValues<float>();
  return withoutMinusZero(std::vector<float>(range.begin(), range.end()));
}

namespace {

/// Ops that are functions of their operands and attributes alone, given the
/// draws of noise. An op that is not here could be anything.
bool isUnderstood(StringRef op) {
  static const llvm::StringSet<> known = {
      "dense",   "conv",      "depthwise_conv", "pool",      "reduce",
      "softmax", "unary",     "binary",         "reshape",   "transpose",
      "pad",     "concat",    "conv_transpose", "slice",     "repeat",
      "resize",  "normalize", "matmul",         "embedding", "dropout",
      "noise",   "batch_norm"};
  return known.contains(op);
}

/// What says nothing about the value in any mode.
bool isIgnored(StringRef attr) {
  return attr == "seed" || attr == "momentum" ||
         attr == "operandSegmentSizes" || attr.contains('.');
}

llvm::json::Value numberOf(double number) {
  if (std::isfinite(number)) {
    return number + 0.0; // one 0
  }
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

template <typename Range>
llvm::json::Value arrayOf(Range &&range) {
  llvm::json::Array array;
  for (auto value : range) {
    if constexpr (std::is_same_v<decltype(value), double>) {
      array.push_back(numberOf(value));
    } else {
      array.push_back(value);
    }
  }
  return array;
}

llvm::json::Value toJson(Attribute attribute) {
  auto kind = [](auto attr) -> llvm::json::Value {
    return stringifyEnum(attr.getValue()).str();
  };
  return llvm::TypeSwitch<Attribute, llvm::json::Value>(attribute)
      .Case<UnaryKindAttr, BinaryKindAttr, PoolKindAttr, ReduceKindAttr,
            ResizeKindAttr, NoiseKindAttr, NormalizeKindAttr>(kind)
      .Case([](UnitAttr) { return llvm::json::Value(true); })
      .Case([](IntegerAttr a) { return llvm::json::Value(a.getInt()); })
      .Case([](FloatAttr a) { return numberOf(a.getValueAsDouble()); })
      .Case([](DenseI64ArrayAttr a) { return arrayOf(a.asArrayRef()); })
      .Case([](DenseF64ArrayAttr a) { return arrayOf(a.asArrayRef()); })
      .Default([](Attribute a) -> llvm::json::Value {
        std::string text;
        llvm::raw_string_ostream(text) << a;
        return llvm::json::fixUTF8(text);
      });
}

/// A value that says what its absence says.
bool isDefault(StringRef attr, const llvm::json::Value &value) {
  if (attr == "groups") {
    return value.getAsInteger() == 1;
  }
  const llvm::json::Array *array = value.getAsArray();
  return array && array->empty();
}

class Reader {
public:
  Reader(Graph &graph, int which, ModuleOp module, const ProveOptions &options)
      : graph(graph), terms(graph.models[which]), module(module),
        options(options), symbols(module) {}

  llvm::Error run();

private:
  llvm::Error addOp(Operation &op);
  llvm::Error addWeight(Operation &op, VariableOp variable);
  llvm::Error addConstant(ConstantOp op);
  llvm::Error addSite(Value value);
  llvm::Error addOrthogonalSite(Operation &op, int tensor,
                                OrthogonalAttr regularizer, Norm norm);
  void addWeightSites(ModelOp model);
  int add(Node node, Value value = {});

  Graph &graph;
  ModelTerms &terms;
  ModuleOp module;
  const ProveOptions options;
  SymbolTable symbols;
  llvm::DenseMap<Value, int> ids;
  llvm::StringMap<int> weights;
  llvm::StringMap<unsigned> order; ///< of variables without values
};

/// The innermost name of a location: a penalty hides its layer's behind its
/// own.
std::string layerOf(Operation *op) {
  std::string name;
  for (auto loc = dyn_cast<NameLoc>(op->getLoc()); loc;
       loc = dyn_cast<NameLoc>(loc.getChildLoc())) {
    name = loc.getName().str();
  }
  return name;
}

std::vector<int64_t> shapeOf(Type type) {
  std::vector<int64_t> shape;
  for (int64_t size : cast<RankedTensorType>(type).getShape()) {
    shape.push_back(ShapedType::isDynamic(size) ? -1 : size);
  }
  return shape;
}

std::string hashOf(ArrayRef<float> values) {
  llvm::SHA256 hash;
  hash.update(ArrayRef(reinterpret_cast<const uint8_t *>(values.data()),
                       values.size() * sizeof(float)));
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

llvm::Error notUnderstood(Operation *op) {
  std::string layer = layerOf(op);
  return llvm::createStringError(
      (layer.empty() ? "" : "layer '" + layer + "': ") + "'" +
      op->getName().getStringRef() + "' op has no meaning for the prover");
}

} // namespace

int Reader::add(Node node, Value value) {
  graph.nodes.push_back(std::move(node));
  graph.origins.push_back(value);
  int id = static_cast<int>(graph.nodes.size()) - 1;
  if (value) {
    ids[value] = id;
  }
  return id;
}

llvm::Error Reader::addWeight(Operation &op, VariableOp variable) {
  StringRef symbol = variable.getSymName();
  auto found = weights.find(symbol);
  if (found == weights.end()) {
    Node node;
    node.op = "weight";
    node.shape = shapeOf(variable.getType());
    node.layer = layerOf(variable);
    if (std::optional<ElementsAttr> value = variable.getValue()) {
      std::optional<std::vector<float>> numbers = floatsOf(*value);
      if (!numbers) {
        return notUnderstood(&op);
      }
      std::string hash = hashOf(*numbers);
      graph.weights.try_emplace(hash, *value);
      node.attrs["sha256"] = std::move(hash);
    } else {
      node.attrs["symbol"] = options.matchByName
                                 ? llvm::json::Value(symbol.str())
                                 : int64_t(order.lookup(symbol));
    }
    found = weights.try_emplace(symbol, add(std::move(node))).first;
  }
  if (op.getNumResults() == 1) {
    ids[op.getResult(0)] = found->second;
    graph.origins[found->second] = op.getResult(0);
  }
  return llvm::Error::success();
}

llvm::Error Reader::addConstant(ConstantOp op) {
  std::optional<std::vector<float>> numbers = floatsOf(op.getValue());
  if (!numbers) {
    return notUnderstood(op);
  }
  Node node;
  node.op = "constant";
  node.shape = shapeOf(op.getType());
  node.layer = layerOf(op);
  bool same =
      llvm::all_of(*numbers, [&](float x) { return x == numbers->front(); });
  std::vector<double> values(numbers->begin(), numbers->end());
  values.resize(same ? std::min<size_t>(values.size(), 1) : values.size());
  node.attrs["values"] = arrayOf(values);
  add(std::move(node), op.getResult());
  return llvm::Error::success();
}

/// An attribute as Keras computes with it: parameters and ε are numbers of the
/// tensor's type. What follows from a rate (1/(1-p)) is rounded after it, not
/// before.
static Attribute asUsed(Operation &op, NamedAttribute attr) {
  MLIRContext *context = op.getContext();
  if (auto unary = dyn_cast<UnaryOp>(op); unary && attr.getName() == "params") {
    return DenseF64ArrayAttr::get(context, parametersOf(unary));
  }
  if (attr.getName() == "epsilon") {
    auto epsilon = cast<FloatAttr>(attr.getValue());
    Type element = cast<TensorType>(op.getResult(0).getType()).getElementType();
    return FloatAttr::get(epsilon.getType(),
                          asElement(epsilon.getValueAsDouble(), element));
  }
  return attr.getValue();
}

llvm::Error Reader::addOp(Operation &op) {
  if (auto read = dyn_cast<ReadOp>(op)) {
    return addWeight(op, symbols.lookup<VariableOp>(read.getVariable()));
  }
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    return addConstant(constant);
  }
  if (isa<PenaltyOp, OrthogonalPenaltyOp, arith::ConstantOp>(op)) {
    return llvm::Error::success(); // read with kreg.return
  }
  StringRef word = op.getName().stripDialect();
  if (!isUnderstood(word) || op.getNumResults() != 1) {
    return notUnderstood(&op);
  }
  Node node;
  node.op = word.str();
  node.shape = shapeOf(op.getResult(0).getType());
  node.layer = layerOf(&op);
  for (NamedAttribute attr : op.getAttrs()) {
    llvm::json::Value value = toJson(asUsed(op, attr));
    if (!isIgnored(attr.getName()) && !isDefault(attr.getName(), value)) {
      node.attrs[attr.getName().str()] = std::move(value);
    }
  }
  for (Value operand : op.getOperands()) {
    node.operands.push_back(ids.at(operand));
  }
  if (auto norm = dyn_cast<BatchNormOp>(op)) {
    node.attrs["gamma"] = bool(norm.getGamma());
    node.attrs["beta"] = bool(norm.getBeta());
  }
  // Keras draws nothing where the rate is 0.
  if (node.isNoise() && node.number("rate") + node.number("amount") > 0) {
    node.attrs["draw"] = int64_t(terms.noiseCalls++);
  }
  add(std::move(node), op.getResult(0));
  return llvm::Error::success();
}

/// A coefficient as Keras multiplies by it.
static double asFloat(double coefficient) {
  return static_cast<double>(static_cast<float>(coefficient));
}

llvm::Error Reader::addSite(Value value) {
  Operation *op = value.getDefiningOp();
  auto constant = dyn_cast_or_null<arith::ConstantOp>(op);
  if (constant &&
      cast<FloatAttr>(constant.getValue()).getValueAsDouble() == 0) {
    return llvm::Error::success(); // a penalty with zero coefficients
  }
  if (auto orthogonal = dyn_cast_or_null<OrthogonalPenaltyOp>(op)) {
    return addOrthogonalSite(*op, ids.at(orthogonal.getInput()),
                             orthogonal.getRegularizer(), orthogonal.getNorm());
  }
  auto penalty = dyn_cast_or_null<PenaltyOp>(op);
  if (!penalty) {
    return notUnderstood(op ? op : module.getOperation());
  }
  Site site;
  site.tensor = ids.at(penalty.getInput());
  site.perBatch = penalty.getNorm() == Norm::Batch;
  site.l1 = asFloat(penalty.getRegularizer().l1());
  site.l2 = asFloat(penalty.getRegularizer().l2());
  if (!std::isfinite(site.l1) || !std::isfinite(site.l2)) {
    return notUnderstood(penalty);
  }
  site.layer = layerOf(penalty);
  terms.sites.push_back(std::move(site));
  return llvm::Error::success();
}

/// No law knows what it is: the sum of |p| over a scalar p that is a function
/// of the tensor, so equal of equal tensors.
llvm::Error Reader::addOrthogonalSite(Operation &op, int tensor,
                                      OrthogonalAttr regularizer, Norm norm) {
  double factor = asFloat(regularizer.factor());
  if (!std::isfinite(factor) || factor < 0) {
    return notUnderstood(&op);
  }
  Node node;
  node.op = "orthogonal_penalty";
  node.attrs["factor"] = factor;
  node.attrs["mode"] = stringifyEnum(regularizer.getMode()).str();
  node.attrs["norm"] = stringifyEnum(norm).str();
  node.layer = layerOf(&op);
  node.operands.push_back(tensor);
  terms.sites.push_back({add(std::move(node)), /*perBatch=*/false, /*l1=*/1,
                         /*l2=*/0, layerOf(&op), /*isFixed=*/true});
  return llvm::Error::success();
}

llvm::Error Reader::run() {
  auto models = module.getOps<ModelOp>();
  if (models.empty()) {
    return llvm::createStringError("the module has no kreg.model");
  }
  ModelOp model = *models.begin();
  unsigned count = 0;
  for (auto variable : module.getOps<VariableOp>()) {
    order[variable.getSymName()] = count++;
  }
  for (auto [index, argument] : llvm::enumerate(model.getArguments())) {
    Node node;
    node.op = "input";
    node.attrs["index"] = int64_t(index);
    if (auto batch = model->getAttrOfType<IntegerAttr>("kreg.batch")) {
      node.attrs["batch"] = batch.getInt();
    }
    node.shape = shapeOf(argument.getType());
    terms.inputs.push_back(add(std::move(node), argument));
  }
  for (Operation &op : model.getBody().front().without_terminator()) {
    if (llvm::Error error = addOp(op)) {
      return error;
    }
  }
  auto ret = cast<ReturnOp>(model.getBody().front().getTerminator());
  for (Value output : ret.getOutputs()) {
    terms.outputs.push_back(ids.at(output));
  }
  for (Value penalty : ret.getPenalties()) {
    if (llvm::Error error = addSite(penalty)) {
      return error;
    }
  }
  for (auto variable : module.getOps<VariableOp>()) {
    if (auto orthogonal = variable.getOrthogonalAttr()) {
      if (llvm::Error error = addWeight(*variable, variable)) {
        return error;
      }
      if (llvm::Error error = addOrthogonalSite(
              *variable, weights.lookup(variable.getSymName()), orthogonal,
              Norm::None)) {
        return error;
      }
    }
    if (std::optional<L1L2Attr> r = variable.getRegularizer();
        r && !r->isZero()) {
      if (llvm::Error error = addWeight(*variable, variable)) {
        return error;
      }
      terms.sites.push_back({weights.lookup(variable.getSymName()), false,
                             asFloat(r->l1()), asFloat(r->l2()),
                             layerOf(variable), true});
    }
  }
  return llvm::Error::success();
}

llvm::Error proof::addModel(Graph &graph, int which, ModuleOp module,
                            const ProveOptions &options) {
  return Reader(graph, which, module, options).run();
}
