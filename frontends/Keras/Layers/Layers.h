// From the config of one layer to its struct of Model.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_KERAS_LAYERS_LAYERS_H
#define KREGC_FRONTENDS_KERAS_LAYERS_LAYERS_H

#include "frontends/Keras/Fields.h"

namespace kregc::keras {

/// Reads one layer. `entry` is the object with class_name and config; the name
/// is that of the config unless `entry` has one. Weights are not read yet.
llvm::Expected<Layer> readLayer(const JsonValue &entry, const Version &version);

/// The name of a layer or nested model. Errors: JsonMissing, LayerName.
llvm::Expected<std::string> readLayerName(const JsonValue &entry);

/// Whether a class that is called like one of Keras is the user's own.
bool isCustomClass(const JsonValue &entry);

/// Whether `className` is a model class: Functional, Model or Sequential.
bool isModelClass(llvm::StringRef className);

// One parser per class; errors go into the fields.
#define LAYER(CLASS) LayerConfig parse##CLASS(Fields &fields);
#include "frontends/Keras/Layers/Layers.def"

} // namespace kregc::keras

#endif // KREGC_FRONTENDS_KERAS_LAYERS_LAYERS_H
