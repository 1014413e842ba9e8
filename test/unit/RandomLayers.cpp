// Layers of Keras through the whole compiler, against the interpreter: the
// models of a folder that utils/write_random_layers.py wrote, with random
// weights.
//
//   RandomLayers FOLDER
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Comparison.h"

#include "compiler/Pipelines/Pipelines.h"
#include "frontends/Container/Error.h"
#include "frontends/Container/Json.h"
#include "frontends/Container/Zip.h"
#include "frontends/Import/Importer.h"
#include "frontends/Keras/Reader.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace mlir::kreg;

namespace kregc::test {
namespace {

std::string folder; // argv[1]

std::vector<std::string> filesIn(llvm::StringRef path) {
  std::vector<std::string> files;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator it(path, code), end;
       !code && it != end; it.increment(code)) {
    if (llvm::StringRef(it->path()).ends_with(".json")) {
      files.push_back(it->path());
    }
  }
  llvm::sort(files);
  return files;
}

/// The member `index_below` of the file, 0 if it has none.
int64_t indexBelow(llvm::StringRef path) {
  auto bytes = llvm::cantFail(openFile(path));
  auto document = llvm::cantFail(JsonDocument::parse(bytes->getBuffer(), path));
  const JsonValue *value = document->root().find("index_below");
  return value ? value->integer() : 0;
}

/// Gives every weight numbers, so that no output grows with the sums in it.
/// Adds up how many terms these have.
void fillWeights(RandomModel &random, keras::Model &model) {
  for (keras::Layer &layer : model.layers) {
    for (keras::Weight &weight : layer.weights) {
      int64_t count = 1;
      for (int64_t extent : weight.shape) {
        count *= extent;
      }
      bool isVariance = weight.variable.find("variance") != std::string::npos;
      double most =
          2 / std::sqrt(double(count) / double(weight.shape.back()) + 1);
      auto data = std::make_shared<std::vector<float>>(count);
      for (float &x : *data) {
        x = static_cast<float>(isVariance ? random.real(0.3, 2.0)
                                          : random.real(-most, most));
      }
      weight.data = std::move(data);
      random.addTerms(count / weight.shape.back());
    }
  }
  for (const keras::Call &call : model.calls) {
    int64_t count = 1;
    for (int64_t extent : llvm::drop_begin(call.shape)) {
      count *= extent;
    }
    random.addTerms(count); // as many as a sum over its input may have
  }
}

/// The weights of a module as attributes that can be changed.
void unshare(ModuleOp module) {
  module.walk([](VariableOp variable) {
    auto shared =
        dyn_cast_or_null<DenseResourceElementsAttr>(variable.getValueAttr());
    if (!shared) {
      return;
    }
    auto numbers = cast<DenseF32ResourceElementsAttr>(shared);
    variable.setValueAttr(DenseElementsAttr::get(
        cast<ShapedType>(shared.getType()), *numbers.tryGetAsArrayRef()));
  });
}

/// How many penalties the model has, all of which are divided by the batch.
size_t countPenalties(ModuleOp module) {
  OwningOpRef<ModuleOp> copy(module.clone());
  PassManager passes(module.getContext());
  buildPenaltyPhase(passes);
  EXPECT_TRUE(succeeded(passes.run(*copy)));
  size_t count = 0;
  copy->walk([&](ReturnOp op) { count += op.getPenalties().size(); });
  return count;
}

TEST(RandomLayers, ComputeWhatTheyMean) {
  std::vector<std::string> files = filesIn(folder);
  ASSERT_FALSE(files.empty()) << "no models in '" << folder << "'";
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<KregDialect, arith::ArithDialect, linalg::LinalgDialect,
                      math::MathDialect, tensor::TensorDialect>();
  size_t refused = 0;
  for (const auto &[i, path] : llvm::enumerate(files)) {
    SCOPED_TRACE(path);
    keras::ReadOptions options;
    options.kerasVersion = "3.15.1";
    auto model = keras::readModel(path, options);
    ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
    RandomModel random(context, i);
    fillWeights(random, *model);
    auto module = importModel(*model, context);
    if (!module) {
      // The generators make what Keras takes, and some of that is refused.
      llvm::Error rest = llvm::handleErrors(
          module.takeError(),
          [&](std::unique_ptr<InputError> error) -> llvm::Error {
            if (error->kind() != ErrorKind::Unsupported) {
              return llvm::Error(std::move(error));
            }
            std::printf("%s\n", error->message.c_str());
            ++refused;
            return llvm::Error::success();
          });
      ASSERT_FALSE(bool(rest)) << llvm::toString(std::move(rest));
      continue;
    }
    unshare(**module);
    random.perBatch.assign(countPenalties(**module), true);
    random.indexBelow = indexBelow(path);
    compare(random, std::move(*module), Special::None, /*checked=*/i % 8 == 0);
    if (HasFailure()) {
      return;
    }
  }
  std::printf("%zu models agree, %zu are refused\n", files.size() - refused,
              refused);
}

} // namespace
} // namespace kregc::test

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    llvm::errs() << "usage: RandomLayers FOLDER\n";
    return 2;
  }
  kregc::test::folder = argv[1];
  return RUN_ALL_TESTS();
}
