// Pickles: what arrays need is read, everything else is refused, nothing is
// run. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Pickle.h"
#include "frontends/Container/Error.h"
#include "frontends/Container/Zip.h"

#include <gtest/gtest.h>

using namespace kregc;
using Kind = PickleValue::Kind;
using namespace std::string_literals;

namespace {

/// Place, message and notes of a failure; empty for success.
template <typename T>
std::string message(llvm::Expected<T> result) {
  return result ? "" : llvm::toString(result.takeError());
}

/// A .npy file of one object.
std::string npy(llvm::StringRef pickle) {
  std::string header =
      "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n";
  return "\x93NUMPY\x01\x00"s + static_cast<char>(header.size()) + '\0' +
         header + pickle.str();
}

/// Protocol 3, as NumPy 1 writes it: an array with `data` (an opcode with what
/// follows it), memo entries beginning with `memo`.
std::string array(const std::string &shape, const std::string &type,
                  const std::string &data) {
  return "cnumpy.core.multiarray\n_reconstruct\n"
         "cnumpy\nndarray\nK\0\x85"s
         "C\1b\x87R(K\1"s +
         shape + "cnumpy\ndtype\nX\2\0\0\0"s + type +
         "K\0K\1\x87R(K\3X\1\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
         "\x89"s +
         data + "tb";
}

const std::string twoFloats = "C\x08\0\0\x80\x3f\0\0\0\x40"s; // 1, 2

std::string dict(const std::string &entries) {
  return "\x80\3}("s + entries + "u.";
}

TEST(Pickle, ArraysOfADict) {
  std::string file =
      npy(dict("X\1\0\0\0"
               "0"s +
               array("K\2\x85", "f4", twoFloats) +
               "X\1\0\0\0"
               "1"s +
               array("K\1K\1\x86", "f8", "C\x08\0\0\0\0\0\0\xf8\x3f"s)));
  auto views = llvm::cantFail(viewPickledDict(file, "a.npy"));
  ASSERT_EQ(views.size(), 2u);
  EXPECT_EQ(views[0].name, "0");
  EXPECT_EQ(views[0].shape, (std::vector<int64_t>{2}));
  EXPECT_EQ(views[0].copy().toFloat(), (std::vector<float>{1, 2}));
  EXPECT_EQ(views[1].shape, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(views[1].copy().toFloat(), std::vector<float>{1.5});
}

TEST(Pickle, NumbersOfEveryForm) {
  std::string bytes = "\x80\4(J\xfe\xff\xff\xffK\xffM\1\2"
                      "\x8a\0\x8a\1\xff\x8a\2\x00\x80t."s;
  auto pickle = llvm::cantFail(Pickle::parse(bytes, "p"));
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < pickle.root().items.size(); ++i) {
    numbers.push_back(pickle.item(&pickle.root(), Kind::Tuple, i)->integer);
  }
  EXPECT_EQ(numbers, (std::vector<int64_t>{-2, 255, 513, 0, -1, -32768}));
  EXPECT_EQ(pickle.item(&pickle.root(), Kind::Tuple, 6), nullptr);
  EXPECT_EQ(pickle.item(&pickle.root(), Kind::List, 0), nullptr);
}

TEST(Pickle, CallsAreRecords) {
  // What pickle.loads would run: os.system("exit").
  std::string call = "cos\nsystem\n(X\4\0\0\0exittR"s;
  auto pickle = llvm::cantFail(Pickle::parse("\x80\3"s + call + ".", "p"));
  EXPECT_EQ(pickle.root().kind, Kind::Call);
  EXPECT_EQ(pickle.item(&pickle.root(), Kind::Call, 0)->name, "os.system");
  EXPECT_EQ(message(viewPickledDict(npy("\x80\3"s + call + "."), "a.npy")),
            "a.npy: the pickle holds an object of 'os.system', want a dict of "
            "NumPy arrays: pickles are read as data, and nothing in them is "
            "run");
  EXPECT_EQ(message(viewPickledDict(npy(dict("X\1\0\0\0k"s + call)), "a.npy")),
            "a.npy: k: the pickle holds an object of 'os.system', want a NumPy "
            "array of numbers: pickles are read as data, and nothing in them "
            "is run");
}

TEST(Pickle, Refusals) {
  auto refusal = [](const std::string &bytes) {
    return message(Pickle::parse("\x80\3" + bytes, "p"));
  };
  EXPECT_EQ(refusal(""), "p: not a readable pickle: at byte 2: it ends without "
                         "its last opcode");
  // INST, PERSID, EXT1: they make objects in other ways.
  for (const char *opcode : {"i", "P", "\x82", "G", "I"}) {
    EXPECT_TRUE(llvm::StringRef(refusal(opcode)).contains("the opcode 0x"))
        << opcode;
  }
  for (const std::string &broken :
       {"."s, "a."s, "]a."s, "Ns."s, "t."s, "h\0."s, "}K\1(K\2u."s, "}(K\1u."s,
        "NNR"s, "N\x93."s, "NN\x93."s, "Nb."s, "\x8a\x09"s,
        "X\xff\xff\xff\xff"s, "\x8e\xff\xff\xff\xff\xff\xff\xff\xff"s,
        "(N\x85\x86."s, "cos"s, "\x94."s}) {
    EXPECT_NE(refusal(broken), "") << broken;
  }
  EXPECT_TRUE(llvm::StringRef(refusal(std::string(70000, 'N') + "."))
                  .contains("more than 65536 values"));
}

TEST(Pickle, ProtocolsOfNumPyAlone) {
  auto refusal = [](const std::string &bytes) {
    return message(Pickle::parse(bytes, "p"));
  };
  const std::string wanted = ", want 3 or 4, which NumPy writes; to get one, "
                             "load the file with NumPy and save it again";
  for (char protocol : {'\3', '\4'}) {
    EXPECT_EQ(refusal("\x80"s + protocol + "N."), "");
  }
  for (int protocol : {0, 1, 2, 5, 6, 255}) {
    EXPECT_EQ(refusal("\x80"s + static_cast<char>(protocol) + "N."),
              "p: the pickle has protocol " + std::to_string(protocol) +
                  wanted);
  }
  for (const std::string &bytes : {"N."s, "}."s, "(dp0\n."s}) {
    EXPECT_EQ(refusal(bytes), "p: the pickle has protocol 0 or 1" + wanted);
  }
}

TEST(Pickle, WhatIsNoArrayOfNumbers) {
  auto refusal = [](const std::string &value) {
    return message(viewPickledDict(npy(dict("X\1\0\0\0k"s + value)), "a"));
  };
  EXPECT_EQ(refusal(array("K\2\x85", "f4", twoFloats)), "");
  EXPECT_TRUE(llvm::StringRef(refusal("K\1")).contains("holds an int"));
  EXPECT_TRUE(llvm::StringRef(refusal(array("K\3\x85", "f4", twoFloats)))
                  .contains("of shape (3) needs 12 bytes, found 8"));
  EXPECT_TRUE(llvm::StringRef(refusal(array("K\2\x85", "c8", twoFloats)))
                  .contains("has type '<c8'"));
  EXPECT_NE(refusal(array("J\xfe\xff\xff\xff\x85", "f4", twoFloats)), "");
  EXPECT_NE(refusal(array("N\x85", "f4", twoFloats)), "");
  EXPECT_NE(refusal(array("K\2\x85", "f4", "]")), "");
  // A list in itself, and a dict whose keys are no text.
  EXPECT_NE(refusal("]q\1h\1a"), "");
  EXPECT_NE(message(viewPickledDict(npy(dict("K\1K\2")), "a")), "");
  EXPECT_NE(message(viewPickledDict("\x93NUMPY", "a")), "");
}

TEST(Pickle, EveryTruncationIsRefused) {
  std::string file =
      npy(dict("X\1\0\0\0k"s + array("K\2\x85", "f4", twoFloats)));
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(
        message(viewPickledDict(llvm::StringRef(file).take_front(size), "a")),
        "")
        << size;
  }
}

} // namespace
