// The stack machine of pickles, with records in place of calls.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Pickle.h"

#include "frontends/Container/Error.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>

using namespace kregc;
using Kind = PickleValue::Kind;

/// More than a layer's arrays need by far; a value takes about 100 bytes.
static constexpr size_t maxValues = 1 << 16;

namespace kregc {

/// Takes one opcode after the other from the bytes.
class PickleMachine {
public:
  PickleMachine(llvm::StringRef bytes, llvm::StringRef where)
      : bytes(bytes), where(where) {}

  llvm::Expected<Pickle> run();

private:
  // One opcode each; false for one that is not among theirs.
  bool stepConstant(uint8_t opcode);
  bool stepCollection(uint8_t opcode);
  bool stepMemo(uint8_t opcode);
  bool stepOther(uint8_t opcode);
  llvm::Error broken(llvm::Twine what) const;
  llvm::Error checkProtocol() const;

  // What follows an opcode. Each sets isBroken where the bytes end.
  llvm::StringRef take(uint64_t count);
  uint64_t takeNumber(unsigned size);
  llvm::StringRef takeLine();

  // The stack. Marks are how high it was.
  size_t push(PickleValue value);
  void push(Kind kind, llvm::StringRef text);
  void pushInt(Kind kind, int64_t integer);
  void pushTuple(std::vector<size_t> items);
  void pushLong(uint64_t size);
  void pushName(llvm::StringRef module, llvm::StringRef object);
  size_t pop();
  std::vector<size_t> popToMark();
  std::vector<size_t> popItems(size_t count);
  /// The top of the stack, which must be of `kind`.
  PickleValue *top(Kind kind);
  void extend(Kind kind, llvm::ArrayRef<size_t> items);

  void remember(uint64_t key);
  void recall(uint64_t key);

  llvm::StringRef bytes, where;
  size_t at = 0;
  bool isBroken = false, isDone = false;
  Pickle pickle;
  std::vector<size_t> stack, marks;
  llvm::DenseMap<uint64_t, size_t> memo;
};

} // namespace kregc

llvm::Error PickleMachine::broken(llvm::Twine what) const {
  return diagnose(Diagnostic::PickleBroken, where, at, what.str());
}

llvm::StringRef PickleMachine::take(uint64_t count) {
  if (count > bytes.size() - at) {
    isBroken = true;
    return {};
  }
  at += count;
  return bytes.substr(at - count, count);
}

uint64_t PickleMachine::takeNumber(unsigned size) {
  uint64_t number = 0;
  for (auto [i, byte] : llvm::enumerate(take(size))) {
    number |= uint64_t(static_cast<uint8_t>(byte)) << (8 * i);
  }
  return number;
}

llvm::StringRef PickleMachine::takeLine() {
  size_t end = bytes.find('\n', at);
  if (end == llvm::StringRef::npos) {
    isBroken = true;
    return {};
  }
  return take(end + 1 - at).drop_back();
}

size_t PickleMachine::push(PickleValue value) {
  stack.push_back(pickle.values.size());
  pickle.values.push_back(std::move(value));
  return stack.back();
}

void PickleMachine::push(Kind kind, llvm::StringRef text) {
  PickleValue value;
  value.kind = kind;
  value.text = text;
  push(std::move(value));
}

void PickleMachine::pushInt(Kind kind, int64_t integer) {
  PickleValue value;
  value.kind = kind;
  value.integer = integer;
  push(std::move(value));
}

void PickleMachine::pushTuple(std::vector<size_t> items) {
  PickleValue value;
  value.kind = Kind::Tuple;
  value.items = std::move(items);
  push(std::move(value));
}

size_t PickleMachine::pop() {
  if (stack.size() <= (marks.empty() ? 0 : marks.back())) {
    isBroken = true;
    return 0;
  }
  size_t number = stack.back();
  stack.pop_back();
  return number;
}

std::vector<size_t> PickleMachine::popItems(size_t count) {
  std::vector<size_t> items(count);
  for (size_t i = count; i-- > 0;) {
    items[i] = pop();
  }
  return items;
}

std::vector<size_t> PickleMachine::popToMark() {
  if (marks.empty()) {
    isBroken = true;
    return {};
  }
  std::vector<size_t> items(stack.begin() + marks.back(), stack.end());
  stack.resize(marks.back());
  marks.pop_back();
  return items;
}

PickleValue *PickleMachine::top(Kind kind) {
  size_t floor = marks.empty() ? 0 : marks.back();
  if (stack.size() <= floor || pickle.values[stack.back()].kind != kind) {
    isBroken = true;
    return nullptr;
  }
  return &pickle.values[stack.back()];
}

void PickleMachine::extend(Kind kind, llvm::ArrayRef<size_t> items) {
  if (PickleValue *value = top(kind)) {
    isBroken |= kind == Kind::Dict && items.size() % 2 != 0;
    value->items.insert(value->items.end(), items.begin(), items.end());
  }
}

void PickleMachine::remember(uint64_t key) {
  if (stack.empty()) {
    isBroken = true;
  } else {
    memo[key] = stack.back();
  }
}

void PickleMachine::recall(uint64_t key) {
  auto it = memo.find(key);
  if (it == memo.end()) {
    isBroken = true;
  } else {
    stack.push_back(it->second);
  }
}

void PickleMachine::pushName(llvm::StringRef module, llvm::StringRef object) {
  PickleValue value;
  value.kind = Kind::Name;
  value.name = (module + "." + object).str();
  push(std::move(value));
}

void PickleMachine::pushLong(uint64_t size) {
  // Its topmost bit is its sign.
  uint64_t bits =
      takeNumber(static_cast<unsigned>(std::min<uint64_t>(size, 8)));
  uint64_t unused = 64 - 8 * size;
  isBroken |= size > 8;
  bool isZero = isBroken || size == 0;
  pushInt(Kind::Int,
          isZero ? 0 : static_cast<int64_t>(bits << unused) >> unused);
}

// Opcodes have the letters and names of Python's pickletools.

bool PickleMachine::stepConstant(uint8_t opcode) {
  switch (opcode) {
  case 'N':
    push(PickleValue());
    return true;
  case 0x88: // NEWTRUE
  case 0x89: // NEWFALSE
    pushInt(Kind::Bool, opcode == 0x88);
    return true;
  case 'J': // BININT
    pushInt(Kind::Int, static_cast<int32_t>(takeNumber(4)));
    return true;
  case 'K': // BININT1
    pushInt(Kind::Int, static_cast<int64_t>(takeNumber(1)));
    return true;
  case 'M': // BININT2
    pushInt(Kind::Int, static_cast<int64_t>(takeNumber(2)));
    return true;
  case 0x8a: // LONG1
    pushLong(takeNumber(1));
    return true;
  case 0x8c: // SHORT_BINUNICODE
    push(Kind::Text, take(takeNumber(1)));
    return true;
  case 'X': // BINUNICODE
    push(Kind::Text, take(takeNumber(4)));
    return true;
  case 'C': // SHORT_BINBYTES
    push(Kind::Bytes, take(takeNumber(1)));
    return true;
  case 'B': // BINBYTES
    push(Kind::Bytes, take(takeNumber(4)));
    return true;
  case 0x8e: // BINBYTES8
    push(Kind::Bytes, take(takeNumber(8)));
    return true;
  case 'c': { // GLOBAL
    llvm::StringRef module = takeLine();
    pushName(module, takeLine());
    return true;
  }
  default:
    return false;
  }
}

bool PickleMachine::stepCollection(uint8_t opcode) {
  switch (opcode) {
  case '(': // MARK
    marks.push_back(stack.size());
    return true;
  case ')': // EMPTY_TUPLE
    pushTuple({});
    return true;
  case 0x85: // TUPLE1
  case 0x86: // TUPLE2
  case 0x87: // TUPLE3
    pushTuple(popItems(opcode - 0x84));
    return true;
  case 't': // TUPLE
    pushTuple(popToMark());
    return true;
  case 0x8f: // EMPTY_SET, which no array has but messages should not stop at
  case ']':  // EMPTY_LIST
    push(Kind::List, "");
    return true;
  case '}': // EMPTY_DICT
    push(Kind::Dict, "");
    return true;
  case 'a': // APPEND
    extend(Kind::List, popItems(1));
    return true;
  case 's': // SETITEM
    extend(Kind::Dict, popItems(2));
    return true;
  case 'e': // APPENDS
    extend(Kind::List, popToMark());
    return true;
  case 'u': // SETITEMS
    extend(Kind::Dict, popToMark());
    return true;
  default:
    return false;
  }
}

bool PickleMachine::stepMemo(uint8_t opcode) {
  switch (opcode) {
  case 0x94: // MEMOIZE
    remember(memo.size());
    return true;
  case 'q': // BINPUT
    remember(takeNumber(1));
    return true;
  case 'r': // LONG_BINPUT
    remember(takeNumber(4));
    return true;
  case 'h': // BINGET
    recall(takeNumber(1));
    return true;
  case 'j': // LONG_BINGET
    recall(takeNumber(4));
    return true;
  default:
    return false;
  }
}

bool PickleMachine::stepOther(uint8_t opcode) {
  switch (opcode) {
  case 0x80: // PROTO, which run() has looked at
    takeNumber(1);
    return true;
  case 0x95: // FRAME
    takeNumber(8);
    return true;
  case '.': // STOP
    pickle.rootNumber = pop();
    isDone = true;
    return true;
  case 0x93: { // STACK_GLOBAL
    std::vector<size_t> items = popItems(2);
    if (isBroken) {
      return true;
    }
    const PickleValue &module = pickle[items[0]], &object = pickle[items[1]];
    isBroken |= module.kind != Kind::Text || object.kind != Kind::Text;
    pushName(module.text, object.text);
    return true;
  }
  case 'R':    // REDUCE: calls a function
  case 0x81: { // NEWOBJ: makes an object of a class
    PickleValue call;
    call.kind = Kind::Call;
    call.items = popItems(2);
    push(std::move(call));
    return true;
  }
  case 'b': { // BUILD
    size_t state = pop();
    if (PickleValue *call = top(Kind::Call)) {
      call->state = state;
    }
    return true;
  }
  default:
    return false;
  }
}

/// Before 2 there was no number; up to 2, bytes are calls of functions, and 5
/// has buffers outside of the pickle.
llvm::Error PickleMachine::checkProtocol() const {
  if (bytes.size() < 2) {
    return broken("it ends without its last opcode");
  }
  bool isNumbered = static_cast<uint8_t>(bytes[0]) == 0x80;
  int protocol = isNumbered ? static_cast<uint8_t>(bytes[1]) : 0;
  if (protocol == 3 || protocol == 4) {
    return llvm::Error::success();
  }
  return diagnose(Diagnostic::PickleProtocol, where,
                  isNumbered ? std::to_string(protocol) : "0 or 1");
}

llvm::Expected<Pickle> PickleMachine::run() {
  if (llvm::Error error = checkProtocol()) {
    return std::move(error);
  }
  while (!isDone) {
    llvm::StringRef opcode = take(1);
    if (isBroken) {
      return broken("it ends without its last opcode");
    }
    auto code = static_cast<uint8_t>(opcode[0]);
    std::string name = llvm::utohexstr(code, /*LowerCase=*/true, /*Width=*/2);
    if (!stepConstant(code) && !stepCollection(code) && !stepMemo(code) &&
        !stepOther(code)) {
      return diagnose(Diagnostic::PickleOpcode, where, name, at - 1);
    }
    if (isBroken) {
      return broken("the opcode 0x" + name + " does not find what it needs");
    }
    if (pickle.values.size() > maxValues || stack.size() > maxValues ||
        marks.size() > maxValues) {
      return broken("more than " + llvm::Twine(maxValues) + " values");
    }
  }
  return std::move(pickle);
}

llvm::Expected<Pickle> Pickle::parse(llvm::StringRef bytes,
                                     llvm::StringRef where) {
  return PickleMachine(bytes, where).run();
}

const PickleValue *Pickle::item(const PickleValue *value, Kind kind,
                                size_t index) const {
  return value && value->kind == kind && index < value->items.size()
             ? &values[value->items[index]]
             : nullptr;
}
