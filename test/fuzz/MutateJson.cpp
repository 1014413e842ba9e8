// Changes of JSON that stay JSON: values of another kind, awkward numbers,
// missing and doubled members, pieces from elsewhere, Keras' own words in the
// wrong places.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Mutator.h"

#include <nlohmann/json.hpp>

using namespace kregc::fuzz;
using Json = nlohmann::ordered_json;

/// Words that mean something somewhere.
static const char *const words[] = {"",
                                    "Dense",
                                    "Conv2D",
                                    "InputLayer",
                                    "Functional",
                                    "Sequential",
                                    "Lambda",
                                    "Add",
                                    "softmax",
                                    "relu",
                                    "L1L2",
                                    "l1_l2",
                                    "same",
                                    "causal",
                                    "channels_first",
                                    "__keras_tensor__",
                                    "__lambda__",
                                    "mixed_float16",
                                    "2.15.0-tf",
                                    "3.14.0",
                                    "TimeDistributed",
                                    "BatchNormalization",
                                    "EinsumDense",
                                    "abc,cd->abd",
                                    "\xc3\xa9",
                                    "../../x",
                                    "Multiply",
                                    "Reshape",
                                    "Mean"};

/// All values of a tree.
static void collect(Json &value, std::vector<Json *> &out) {
  out.push_back(&value);
  if (value.is_structured()) {
    for (Json &child : value) {
      collect(child, out);
    }
  }
}

static Json randomValue(Mutator &random) {
  switch (random.below(12)) {
  case 0:
    return nullptr;
  case 1:
    return random.chance(50);
  case 2:
    return static_cast<int64_t>(random.below(5)) - 2;
  case 3:
    return static_cast<int64_t>(uint64_t(1) << random.below(64)) -
           static_cast<int64_t>(random.below(2));
  case 4:
    return std::vector<double>{-0.0, 1e-320, 1e308, -1.5, 0.5}[random.below(5)];
  case 5:
    return Json::array();
  case 6:
    return Json::object();
  case 7:
    return Json::array({nullptr, random.below(9), random.below(9)});
  case 8:
    return std::string(size_t(1) << random.below(13), 'a');
  case 9: { // deep
    Json deep = 1;
    for (uint64_t i = random.below(2000); i > 0; --i) {
      deep = Json::array({std::move(deep)});
    }
    return deep;
  }
  default:
    return words[random.below(std::size(words))];
  }
}

static void changeOnce(Json &root, Mutator &random) {
  std::vector<Json *> values;
  collect(root, values);
  Json &value = *values[random.below(values.size())];
  Json &other = *values[random.below(values.size())];
  switch (random.below(7)) {
  case 0:
    value = randomValue(random);
    break;
  case 1: // from elsewhere
    value = Json(other);
    break;
  case 2:
    if (value.is_object() && !value.empty()) {
      auto member = value.begin();
      std::advance(member, random.below(value.size()));
      value.erase(member);
    }
    break;
  case 3:
    if (value.is_array() && !value.empty()) {
      size_t at = random.below(value.size());
      random.chance(50) ? value.push_back(Json(value[at]))
                        : value.erase(static_cast<size_t>(at));
    }
    break;
  case 4:
    if (value.is_number_integer()) {
      value = value.get<int64_t>() + (random.chance(50) ? 1 : -1);
    }
    break;
  case 5:
    if (value.is_object()) {
      value[words[random.below(std::size(words))]] = randomValue(random);
    }
    break;
  case 6:
    if (value.is_string() && other.is_string()) {
      std::swap(value, other);
    }
    break;
  }
}

std::string Mutator::mutateJson(llvm::StringRef text) {
  Json root = Json::parse(text.begin(), text.end(), nullptr,
                          /*allow_exceptions=*/false);
  if (root.is_discarded() || chance(5)) {
    return mutateBytes(text);
  }
  for (uint64_t left = 1 + below(3); left > 0; --left) {
    changeOnce(root, *this);
  }
  return root.dump(-1, ' ', false, Json::error_handler_t::replace);
}
