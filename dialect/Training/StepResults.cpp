// See StepResults.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Training/StepResults.h"

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::training;

StepResults::StepResults(ModelOp model)
    : model(model),
      terminator(cast<ReturnOp>(model.getBody().front().getTerminator())),
      values(terminator.getOutputs()) {
  for (unsigned i = 0; i < values.size(); ++i) {
    DictionaryAttr names = model.getResultAttrDict(i);
    attributes.push_back(names ? names
                               : DictionaryAttr::get(model.getContext()));
  }
}

void StepResults::add(const std::string &name, Value value) {
  Builder builder(model.getContext());
  values.push_back(value);
  attributes.push_back(builder.getDictionaryAttr(
      builder.getNamedAttr("kreg.name", builder.getStringAttr(name))));
}

void StepResults::clear() {
  values.clear();
  attributes.clear();
}

void StepResults::finish() {
  terminator.getOutputsMutable().assign(values);
  SmallVector<Type> types(ValueRange(values).getTypes());
  model.setFunctionType(
      FunctionType::get(model.getContext(), model.getArgumentTypes(), types));
  model.setAllResultAttrs(attributes);
}
