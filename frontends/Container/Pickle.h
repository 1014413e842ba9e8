// Python's pickles as inert data: a call that a pickle asks for is a record of
// its name and arguments. Nothing is imported, made or run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_PICKLE_H
#define KREGC_FRONTENDS_CONTAINER_PICKLE_H

#include "frontends/Container/Npz.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace kregc {

/// One value. Others are named by their number in the Pickle, since a pickle
/// may use a value twice, or inside of itself.
struct PickleValue {
  enum class Kind {
    None,
    Bool,
    Int,
    Text,
    Bytes,
    Tuple,
    List,
    Dict, ///< items are key, value, key, value …
    Name, ///< of a function or class: "numpy.ndarray"
    Call, ///< items are the function and a tuple of its arguments
  };
  Kind kind = Kind::None;
  int64_t integer = 0;  ///< of Bool, Int
  llvm::StringRef text; ///< of Text, Bytes: a part of the pickle
  std::string name;
  std::vector<size_t> items;
  std::optional<size_t> state; ///< what BUILD gives to a Call
};

/// The values of protocols 3 and 4, of the opcodes that NumPy's arrays need.
class Pickle {
public:
  /// `bytes` must outlive the object. Errors: PickleProtocol,
  /// PickleOpcode, PickleBroken.
  static llvm::Expected<Pickle> parse(llvm::StringRef bytes,
                                      llvm::StringRef where);

  const PickleValue &root() const { return values[rootNumber]; }
  const PickleValue &operator[](size_t number) const { return values[number]; }
  /// Item `index` of a value of this kind, null if it is not or has fewer.
  const PickleValue *item(const PickleValue *value, PickleValue::Kind kind,
                          size_t index) const;

private:
  friend class PickleMachine;
  std::vector<PickleValue> values;
  size_t rootNumber = 0;
};

/// The arrays of a .npy file that holds one dict with text keys: what
/// numpy.savez makes of a dict. Their data lie in `npy`. Errors: those of
/// Pickle, and PickleValue for what is not such a dict.
llvm::Expected<std::vector<NpyView>> viewPickledDict(llvm::StringRef npy,
                                                     llvm::StringRef where);

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_PICKLE_H
