// Model structs to layer form: weights as variables, live calls as layers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Import/Importer.h"

#include "frontends/Container/Error.h"
#include "frontends/Import/CallBuilder.h"
#include "frontends/Keras/Reader.h"
#include "frontends/Keras/Version.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace kregc;
using namespace kregc::import;

namespace {

/// Imports one Model; an object only while importModel runs.
class ModelImporter {
public:
  ModelImporter(const keras::Model &model, MLIRContext &context)
      : model(model), builder(&context) {}

  llvm::Expected<OwningOpRef<ModuleOp>> run();

private:
  void importWeights(const keras::Layer &layer);
  llvm::Error importCall(int index);
  Location locationOf(const keras::Layer &layer);
  kreg::ModelOp createModelOp(ModuleOp module);

  const keras::Model &model;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  llvm::DenseMap<int, Value> results; ///< of each call
};

} // namespace

Location ModelImporter::locationOf(const keras::Layer &layer) {
  return NameLoc::get(
      builder.getStringAttr(layer.name),
      FileLineColLoc::get(builder.getContext(), layer.where, 0, 0));
}

static RankedTensorType tensorType(const keras::Shape &shape,
                                   Builder &builder) {
  SmallVector<int64_t> sizes(shape.begin(), shape.end());
  for (int64_t &size : sizes) {
    size = size < 0 ? ShapedType::kDynamic : size;
  }
  // A file with a fixed batch is compiled for any: no layer that is supported
  // computes anything else for another batch.
  if (!sizes.empty()) {
    sizes.front() = ShapedType::kDynamic;
  }
  return RankedTensorType::get(sizes, builder.getF32Type());
}

/// The weight's data as a resource that keeps the reader's storage alive.
static ElementsAttr shareData(const keras::Weight &weight,
                              RankedTensorType type) {
  auto data = weight.data;
  AsmResourceBlob blob(
      ArrayRef<char>(reinterpret_cast<const char *>(data->data()),
                     data->size() * sizeof(float)),
      alignof(float), [data](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
  return cast<ElementsAttr>(Attribute(
      DenseF32ResourceElementsAttr::get(type, weight.path, std::move(blob))));
}

static kreg::OrthogonalAttr orthogonalOf(const keras::Regularizer &regularizer,
                                         MLIRContext *context) {
  return kreg::OrthogonalAttr::get(context, regularizer.factor,
                                   regularizer.rows
                                       ? kreg::OrthogonalMode::Rows
                                       : kreg::OrthogonalMode::Columns);
}

void ModelImporter::importWeights(const keras::Layer &layer) {
  for (const keras::Weight &weight : layer.weights) {
    auto type = RankedTensorType::get(weight.shape, builder.getF32Type());
    kreg::L1L2Attr regularizer;
    kreg::OrthogonalAttr orthogonal;
    // Keras 3 leaves the penalties of frozen weights out.
    bool counts = weight.trainable || model.penalisesFrozenWeights;
    if (counts && weight.regularizer) {
      const keras::Regularizer &r = *weight.regularizer;
      if (r.kind == keras::Regularizer::Kind::L1L2) {
        regularizer = kreg::L1L2Attr::get(builder.getContext(), r.l1, r.l2);
      } else if (weight.shape.size() == 2) { // Keras refuses other ranks
        orthogonal = orthogonalOf(r, builder.getContext());
      }
    }
    kreg::VariableOp::create(
        builder, locationOf(layer), builder.getStringAttr(weight.path),
        /*sym_visibility=*/StringAttr(), TypeAttr::get(type),
        weight.trainable ? builder.getUnitAttr() : UnitAttr(), regularizer,
        orthogonal, weight.data ? shareData(weight, type) : ElementsAttr());
  }
}

kreg::ModelOp ModelImporter::createModelOp(ModuleOp module) {
  SmallVector<Type> inputs, outputs;
  SmallVector<DictionaryAttr> inputNames, outputNames;
  auto named = [&](int call) {
    const keras::Layer &layer = model.layers[model.calls[call].layer];
    return builder.getDictionaryAttr(
        builder.getNamedAttr("kreg.name", builder.getStringAttr(layer.name)));
  };
  for (int call : model.inputs) {
    inputs.push_back(tensorType(model.calls[call].shape, builder));
    inputNames.push_back(named(call));
  }
  for (const keras::TensorRef &output : model.outputs) {
    outputs.push_back(tensorType(model.calls[output.call].shape, builder));
    outputNames.push_back(named(output.call));
  }
  auto op = kreg::ModelOp::create(builder, module.getLoc(), "model",
                                  builder.getFunctionType(inputs, outputs));
  // For the prover: a penalty per batch of a fixed size is one with another
  // coefficient.
  for (int call : model.inputs) {
    const keras::Layer &layer = model.layers[model.calls[call].layer];
    const auto *input = std::get_if<keras::InputConfig>(&layer.config);
    if (input && !input->shape.empty() && input->shape.front() > 0) {
      op->setAttr("kreg.batch",
                  builder.getI64IntegerAttr(input->shape.front()));
      break;
    }
  }
  op.setAllArgAttrs(inputNames);
  op.setAllResultAttrs(outputNames);
  for (auto [argument, call] :
       llvm::zip_equal(op.getArguments(), model.inputs)) {
    argument.setLoc(locationOf(model.layers[model.calls[call].layer]));
    results[call] = argument;
  }
  return op;
}

/// Keras 2 has a fused kernel for images and volumes; what it adds to the
/// moving variance is the unbiased one. A fact of training alone, so it is no
/// operand or property of the op: see kreg-specialize-training.
static void markUnbiasedVariances(Region &body) {
  body.walk([&](kreg::BatchNormOp op) {
    if (cast<RankedTensorType>(op.getX().getType()).getRank() >= 4) {
      op->setAttr("kreg.moves_unbiased", UnitAttr::get(op.getContext()));
    }
  });
}

llvm::Error ModelImporter::importCall(int index) {
  const keras::Call &call = model.calls[index];
  const keras::Layer &layer = model.layers[call.layer];
  SmallVector<Value> inputs;
  for (const keras::TensorRef &input : call.inputs) {
    inputs.push_back(results.at(input.call));
  }

  Location loc = locationOf(layer);
  MLIRContext *context = builder.getContext();
  kreg::L1L2Attr regularizer;
  kreg::OrthogonalAttr orthogonal;
  if (const auto &r = layer.activityRegularizer) {
    if (r->kind == keras::Regularizer::Kind::L1L2) {
      regularizer = kreg::L1L2Attr::get(context, r->l1, r->l2);
    } else if (call.shape.size() == 2) {
      orthogonal = orthogonalOf(*r, context);
    } else {
      return diagnose(kregc::Diagnostic::UnsupportedOption, layer.where,
                      layer.name,
                      "an activity regularizer of class " + r->className +
                          " for a tensor that is not a matrix");
    }
  }
  auto norm = kreg::NormAttr::get(context, model.dividesPenaltyByBatch
                                               ? kreg::Norm::Batch
                                               : kreg::Norm::None);
  // The result type is known only when the body is there: build it aside.
  Region body;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&body);
    CallBuilder inside{builder, loc, layer, call, inputs, /*lead=*/0, *module};
    Result result = std::visit(
        [&](const auto &config) { return importConfig(inside, config); },
        layer.config);
    if (!result) {
      return result.takeError();
    }
    kreg::YieldOp::create(builder, loc, *result);
  }
  if (holds(keras::Fact::UnbiasedMovingVariance, model.version)) {
    markUnbiasedVariances(body);
  }
  Operation *yield = body.front().getTerminator();
  auto op = kreg::LayerOp::create(
      builder, loc, yield->getOperandTypes(), builder.getStringAttr(layer.name),
      builder.getStringAttr(layer.className),
      builder.getI64IntegerAttr(call.index), regularizer, orthogonal, norm);
  op.getBody().takeBody(body);
  results[index] = op.getResult(0);
  return llvm::Error::success();
}

llvm::Expected<OwningOpRef<ModuleOp>> ModelImporter::run() {
  MLIRContext *context = builder.getContext();
  Location loc = FileLineColLoc::get(context, model.file, 0, 0);
  module = ModuleOp::create(builder, loc);
  (*module)->setAttr("kreg.file", builder.getStringAttr(model.file));
  (*module)->setAttr("kreg.name", builder.getStringAttr(model.name));
  (*module)->setAttr("kreg.keras_version",
                     builder.getStringAttr(model.version.text));
  builder.setInsertionPointToEnd(module->getBody());

  std::vector<bool> live = keras::liveCalls(model);
  llvm::SmallDenseSet<int> imported;
  for (auto [index, call] : llvm::enumerate(model.calls)) {
    if (live[index] && imported.insert(call.layer).second) {
      importWeights(model.layers[call.layer]);
    }
  }

  kreg::ModelOp op = createModelOp(*module);
  builder.setInsertionPointToEnd(&op.getBody().front());
  for (int index = 0, end = model.calls.size(); index < end; ++index) {
    if (live[index] && !results.contains(index)) {
      if (llvm::Error error = importCall(index)) {
        return std::move(error);
      }
    }
  }
  SmallVector<Value> outputs;
  for (const keras::TensorRef &output : model.outputs) {
    outputs.push_back(results.at(output.call));
  }
  kreg::ReturnOp::create(builder, loc, outputs, ValueRange());

  if (failed(verify(*module))) {
    return diagnose(kregc::Diagnostic::UnsupportedOption, model.file,
                    model.name, "a combination of layers that does not verify");
  }
  return std::move(module);
}

llvm::Expected<OwningOpRef<ModuleOp>>
kregc::importModel(const keras::Model &model, MLIRContext &context) {
  context.loadDialect<kreg::KregDialect>();
  return ModelImporter(model, context).run();
}
