// test-kreg-compare-models: two models of one module, compared as `kregc equiv`
// compares two files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/tools/CompareModels.h"

#include "checker/Check.h"
#include "dialect/Proof/Prove.h"

#include "mlir/Pass/Pass.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <random>

using namespace mlir;
using namespace mlir::kreg;

namespace {

/// A copy of the module in which model number `index` is the only one.
OwningOpRef<ModuleOp> onlyModel(ModuleOp module, int index) {
  OwningOpRef<ModuleOp> copy = module.clone();
  int at = 0;
  for (auto model : llvm::make_early_inc_range(copy->getOps<ModelOp>())) {
    if (at++ != index) {
      model.erase();
    }
  }
  return copy;
}

/// Multiples of 1/4 between -8 and 8, so that every function has its cases.
template <typename Number>
std::vector<Tensor<Number>> randomInputs(ModelOp model, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<Tensor<Number>> inputs;
  auto fixed = model->getAttrOfType<IntegerAttr>("kreg.batch");
  int64_t batch = fixed ? fixed.getInt() : 2;
  for (Type type : model.getArgumentTypes()) {
    Tensor<Number> tensor;
    int64_t count = 1;
    for (int64_t size : cast<RankedTensorType>(type).getShape()) {
      tensor.shape.push_back(ShapedType::isDynamic(size) ? batch : size);
      count *= tensor.shape.back();
    }
    for (int64_t i = 0; i < count; ++i) {
      long quarters = static_cast<long>(generator() % 65) - 32;
      tensor.data.push_back(Number(quarters) * *Rational::of(0.25));
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

struct CompareModels : PassWrapper<CompareModels, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CompareModels)

  CompareModels() = default;
  CompareModels(const CompareModels &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "test-kreg-compare-models"; }
  StringRef getDescription() const override {
    return "compares the two models of a module; a remark per mode";
  }
  void runOnOperation() override;

  ListOption<std::string> modes{*this, "modes",
                                llvm::cl::desc("modes; default: all")};
  Option<std::string> drop{
      *this, "drop", llvm::cl::desc("law:condition that the prover ignores")};
  Option<bool> unchecked{*this, "unchecked",
                         llvm::cl::desc("believe what the checker refuses")};
  Option<bool> mergeLinear{*this, "merge-linear",
                           llvm::cl::desc("merge dense layers in a row")};
  Option<double> tolerance{*this, "tolerance", llvm::cl::init(1e-6),
                           llvm::cl::desc("of constants that a law computes")};
  Option<std::string> certificates{
      *this, "certificates",
      llvm::cl::desc("folder for certificates, MODEL.json each")};

private:
  bool readOptions(proof::ProveOptions &options);
  bool isTrueOfInputs(ModuleOp a, ModuleOp b, proof::Mode mode);
  void report(const proof::Verdict &verdict, Operation *at);
};

} // namespace

bool CompareModels::readOptions(proof::ProveOptions &options) {
  options.mergeLinear = mergeLinear;
  options.tolerance = tolerance;
  if (drop.empty()) {
    return true;
  }
  options.dropped = proof::findCondition(drop);
  if (!options.dropped) {
    getOperation().emitError() << "no law has the condition '" << drop << "'";
  }
  return options.dropped.has_value();
}

/// False, and an error, if the models differ for an input that can be evaluated
/// in fractions.
bool CompareModels::isTrueOfInputs(ModuleOp a, ModuleOp b, proof::Mode mode) {
  ModelOp model = *a.getOps<ModelOp>().begin();
  for (unsigned seed : {1, 2, 3}) {
    auto inputs = randomInputs<Rational>(model, seed);
    auto left = proof::evaluateIn<Rational>(mode, a, inputs, seed, {});
    auto right = proof::evaluateIn<Rational>(mode, b, inputs, seed, {});
    if (!left || !right) {
      llvm::consumeError(left.takeError());
      llvm::consumeError(right.takeError());
      return true; // not rational
    }
    double penalty = left->penalty.toDouble();
    bool same = std::fabs(penalty - right->penalty.toDouble()) <=
                1e-9 * std::fabs(penalty);
    for (auto [x, y] : llvm::zip_equal(left->outputs, right->outputs)) {
      same &= x.data == y.data;
    }
    if (!same && mode != proof::Mode::Expectation) {
      model.emitError() << "the models are not the same for input " << seed;
      return false;
    }
  }
  return true;
}

void CompareModels::report(const proof::Verdict &verdict, Operation *at) {
  bool gradients = verdict.kind != proof::Verdict::Equal &&
                   verdict.sameGradients.value_or(false);
  bool explain = verdict.kind == proof::Verdict::Undecided ||
                 StringRef(verdict.reason).contains("the checker does not");
  at->emitRemark() << proof::name(verdict.mode) << ": "
                   << proof::name(verdict.kind)
                   << (gradients ? ", same gradients" : "")
                   << (verdict.rounded ? ", up to rounding" : "")
                   << (explain ? ": " + verdict.reason : "");
}

void CompareModels::runOnOperation() {
  auto models = llvm::to_vector(getOperation().getOps<ModelOp>());
  if (models.size() != 2) {
    getOperation().emitError("needs a module of two models");
    return signalPassFailure();
  }
  proof::ProveOptions options;
  if (!readOptions(options)) {
    return signalPassFailure();
  }
  OwningOpRef<ModuleOp> a = onlyModel(getOperation(), 0);
  OwningOpRef<ModuleOp> b = onlyModel(getOperation(), 1);
  std::vector<proof::Mode> wanted;
  for (proof::Mode mode : {proof::Mode::Inference, proof::Mode::Training,
                           proof::Mode::Expectation}) {
    if (modes.empty() || llvm::is_contained(modes, proof::name(mode))) {
      wanted.push_back(mode);
    }
  }
  auto check = [&](const std::string &certificate) {
    auto verdict = kregc::checker::check(certificate, options.tolerance);
    return verdict.accepted || unchecked ? "" : verdict.problem;
  };
  auto result = proof::prove({*a, *b}, wanted, options, check);
  auto reversed = proof::prove({*b, *a}, wanted, options, check);
  if (!result || !reversed) {
    llvm::consumeError(reversed.takeError());
    models[1].emitError() << llvm::toString(result.takeError());
    return signalPassFailure();
  }
  for (auto [verdict, other] :
       llvm::zip_equal(result->verdicts, reversed->verdicts)) {
    report(verdict, models[1]);
    if (verdict.kind != other.kind ||
        verdict.sameGradients != other.sameGradients) {
      models[1].emitError() << "the other way round " << other.reason;
    }
    if (verdict.kind == proof::Verdict::Equal && !verdict.rounded &&
        !isTrueOfInputs(*a, *b, verdict.mode)) {
      return signalPassFailure();
    }
  }
  if (!certificates.empty() && !result->certificate.empty()) {
    SmallString<128> path(certificates);
    llvm::sys::path::append(path, models[0].getSymName() + ".json");
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << result->certificate;
    if (error) {
      getOperation().emitError() << path << ": " << error.message();
      signalPassFailure();
    }
  }
}

void mlir::kreg::registerCompareModelsPass() {
  PassRegistration<CompareModels>();
}
