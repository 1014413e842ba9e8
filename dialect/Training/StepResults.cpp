// See StepResults.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/StepResults.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

StepResults::StepResults(ModelOp model)
    : model(model),
      terminator(cast<ReturnOp>(model.getBody().front().getTerminator())) {}

void StepResults::add(const std::string &name, Value value) {
  Builder builder(model.getContext());
  values.push_back(value);
  attributes.push_back(builder.getDictionaryAttr(
      builder.getNamedAttr("kreg.name", builder.getStringAttr(name))));
}

void StepResults::finish(bool keepOutputs) {
  // The old outputs are read only now: they may have been replaced meanwhile.
  SmallVector<Value> outputs;
  SmallVector<DictionaryAttr> names;
  if (keepOutputs) {
    llvm::append_range(outputs, terminator.getOutputs());
    for (unsigned i = 0; i < outputs.size(); ++i) {
      DictionaryAttr name = model.getResultAttrDict(i);
      names.push_back(name ? name : DictionaryAttr::get(model.getContext()));
    }
  }
  llvm::append_range(outputs, values);
  llvm::append_range(names, attributes);
  terminator.getOutputsMutable().assign(outputs);
  SmallVector<Type> types(ValueRange(outputs).getTypes());
  model.setFunctionType(
      FunctionType::get(model.getContext(), model.getArgumentTypes(), types));
  model.setAllResultAttrs(names);
}
