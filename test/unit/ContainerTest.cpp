// The containers: what they read back, and what they refuse.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Error.h"
#include "frontends/Container/Hdf5.h"
#include "frontends/Container/Hdf5Writer.h"
#include "frontends/Container/Json.h"
#include "frontends/Container/NpyFiles.h"
#include "frontends/Container/Npz.h"
#include "frontends/Container/Zip.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace kregc;

namespace {

std::string input(llvm::StringRef name) {
  return std::string(KREGC_TEST_INPUTS) + "/Container/Inputs/" + name.str();
}

/// A file that is gone after the test.
struct TemporaryFile {
  llvm::SmallString<128> path;
  TemporaryFile() {
    llvm::sys::fs::createTemporaryFile("kregc-container", "npz", path);
  }
  ~TemporaryFile() { llvm::sys::fs::remove(path); }
};

/// The row of Diagnostics.def that an Expected failed with; -1 for success.
template <typename T>
int failure(llvm::Expected<T> result) {
  int id = -1;
  llvm::handleAllErrors(result.takeError(), [&](const InputError &error) {
    id = static_cast<int>(error.id);
  });
  return id;
}

template <typename T>
std::string message(llvm::Expected<T> result) {
  return llvm::toString(result.takeError());
}

int row(Diagnostic id) { return static_cast<int>(id); }

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST(Error, ExitCodeIsThatOfTheKind) {
  std::string text;
  llvm::raw_string_ostream os(text);
  EXPECT_EQ(
      reportError(diagnose(Diagnostic::EmptyFile, "m.keras"), "kregc", os), 2);
  EXPECT_EQ(reportError(withNote(diagnose(Diagnostic::UnknownLayer, "m.keras",
                                          "a", "Foo"),
                                 "use another"),
                        "kregc", os),
            3);
  EXPECT_EQ(text, "kregc: error: m.keras: the file is empty, want a .keras "
                  "archive, a legacy .h5 or a model .json\n"
                  "kregc: error: m.keras: layer 'a' has the class 'Foo', which "
                  "is not supported\nnote: use another\n");
}

TEST(Error, TextOfAFileIsCleanedAndCut) {
  std::string name = "a\x1b[31m\xff\xc3\xa4" + std::string(10000, 'x');
  std::string text =
      llvm::toString(diagnose(Diagnostic::UnknownLayer, "", name, "Foo"));
  EXPECT_NE(text.find("'a?[31m?\xc3\xa4xx"), std::string::npos);
  EXPECT_LT(text.size(), 700u);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

TEST(Json, ValuesKnowTheirPlace) {
  auto document = JsonDocument::parse(
      R"({"config": {"layers": [1, {"strides": [2, -3]}]}})", "m.json");
  ASSERT_TRUE(bool(document));
  const JsonValue *strides =
      (*document)->root().find("config")->find("layers")->elements()[1]->find(
          "strides");
  EXPECT_EQ(strides->elements()[1]->integer(), -3);
  EXPECT_EQ(strides->elements()[1]->where(),
            "m.json: config.layers[1].strides[1]");
  EXPECT_EQ((*document)->root().where(), "m.json");
  EXPECT_EQ((*document)->root().find("none"), nullptr);
}

TEST(Json, KindsAndNumbers) {
  auto document = JsonDocument::parse(
      R"([null, true, 9223372036854775807, 18446744073709551615, 0.5, "ä"])",
      "m.json");
  ASSERT_TRUE(bool(document));
  auto values = (*document)->root().elements();
  EXPECT_TRUE(values[0]->isNull());
  EXPECT_TRUE(values[1]->boolean());
  EXPECT_EQ(values[2]->integer(), INT64_MAX);
  EXPECT_FALSE(values[3]->isInt());
  EXPECT_EQ(values[3]->number(), 18446744073709551616.0);
  EXPECT_EQ(values[4]->number(), 0.5);
  EXPECT_EQ(values[5]->string(), "ä");
}

TEST(Json, DepthCostsAMessageAndNoStack) {
  EXPECT_EQ(failure(JsonDocument::parse(std::string(100000, '['), "m")),
            row(Diagnostic::JsonDepth));
  std::string objects;
  for (int i = 0; i < 100000; ++i) {
    objects += "{\"a\":";
  }
  EXPECT_EQ(failure(JsonDocument::parse(objects, "m")),
            row(Diagnostic::JsonDepth));
  std::string allowed = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_EQ(failure(JsonDocument::parse(allowed, "m")), -1);
}

TEST(Json, Refusals) {
  for (const char *text : {"", " ", "{", "[1,]", "{\"a\" 1}", "[1] 2", "nul",
                           "[NaN]", "[1e999]", "[\"\xff\"]", "'a'"}) {
    EXPECT_EQ(failure(JsonDocument::parse(text, "m")),
              row(Diagnostic::JsonSyntax))
        << text;
  }
  EXPECT_EQ(message(JsonDocument::parse(R"({"a": {"b": 1, "b": 2}})", "m")),
            "m: a: the key 'b' appears twice");
  JsonLimits few;
  few.maxValues = 3;
  EXPECT_EQ(failure(JsonDocument::parse("[1,2,3]", "m", few)),
            row(Diagnostic::JsonTooManyValues));
  few.maxBytes = 2;
  EXPECT_EQ(failure(JsonDocument::parse("[1]", "m", few)),
            row(Diagnostic::JsonTooLarge));
}

//===----------------------------------------------------------------------===//
// Zip
//===----------------------------------------------------------------------===//

/// Opens the archive of a file and reads config.json and the weights of it.
int readAll(const std::string &path) {
  auto file = openFile(path);
  if (!file) {
    return failure(std::move(file));
  }
  auto archive = ZipReader::open((*file)->getBuffer(), path);
  if (!archive) {
    return failure(std::move(archive));
  }
  for (const std::string &name : archive->names()) {
    auto entry = archive->read(name);
    if (!entry) {
      return failure(std::move(entry));
    }
  }
  return -1;
}

TEST(Zip, HostileArchives) {
  EXPECT_EQ(readAll(input("zip-bad-crc.keras")),
            row(Diagnostic::ZipEntryUnreadable));
  EXPECT_EQ(readAll(input("zip-encrypted.keras")),
            row(Diagnostic::ZipEncrypted));
  EXPECT_EQ(readAll(input("zip-huge-declared.keras")),
            row(Diagnostic::ZipBomb));
  EXPECT_EQ(readAll(input("zip-duplicate-entry.keras")),
            row(Diagnostic::ZipUnreadable));
  EXPECT_EQ(readAll(input("zip-traversal.keras")), row(Diagnostic::ZipBadName));
  EXPECT_EQ(readAll(input("no-such-file.keras")), row(Diagnostic::CannotOpen));
  EXPECT_EQ(readAll(input("")), row(Diagnostic::NotAFile));
}

TEST(Zip, EveryTruncationIsRefused) {
  std::string path =
      std::string(KREGC_TEST_INPUTS) + "/Keras/Inputs/deflated.keras";
  auto file = openFile(path);
  ASSERT_TRUE(bool(file));
  llvm::StringRef bytes = (*file)->getBuffer();
  for (size_t size = 1; size < bytes.size(); size += 7) {
    EXPECT_EQ(failure(ZipReader::open(bytes.take_front(size), "m")),
              row(Diagnostic::ZipUnreadable))
        << size;
  }
  EXPECT_EQ(failure(ZipReader::open(bytes, "m")), -1);
}

TEST(Zip, StoredEntriesAreSeenInPlace) {
  std::string path = input("zip-bad-crc.keras"); // that of config.json
  auto file = openFile(path);
  ASSERT_TRUE(bool(file));
  llvm::StringRef bytes = (*file)->getBuffer();
  auto archive = llvm::cantFail(ZipReader::open(bytes, "m"));
  auto weights = llvm::cantFail(archive.view("model.weights.h5", true));
  EXPECT_GE(weights.text().data(), bytes.data());
  EXPECT_LE(weights.text().end(), bytes.end());
  EXPECT_EQ(weights.text(),
            llvm::cantFail(archive.read("model.weights.h5")).text());
  EXPECT_EQ(failure(archive.view("config.json", true)),
            row(Diagnostic::ZipEntryUnreadable));
  EXPECT_EQ(failure(archive.view("config.json", false)), -1);
  EXPECT_EQ(failure(archive.view("none", false)), row(Diagnostic::ZipMissing));
  EXPECT_EQ(findStored(bytes, "none"), std::nullopt);
  // No offset may lead out of the file, whatever the records say.
  for (size_t size = 0; size < bytes.size(); size += 97) {
    findStored(bytes.drop_front(size), "model.weights.h5");
    findStored(bytes.take_front(size), "model.weights.h5");
  }
}

TEST(Zip, LimitAndMissingEntry) {
  std::string path = input("arrays.npz");
  auto file = openFile(path);
  ASSERT_TRUE(bool(file));
  auto archive = ZipReader::open((*file)->getBuffer(), "a");
  ASSERT_TRUE(bool(archive));
  EXPECT_TRUE(archive->has("x_0.npy"));
  EXPECT_EQ(failure(archive->read("x_0.npy", 100)),
            row(Diagnostic::ZipTooLarge));
  EXPECT_EQ(failure(archive->read("x_1.npy")), row(Diagnostic::ZipMissing));
}

//===----------------------------------------------------------------------===//
// NumPy
//===----------------------------------------------------------------------===//

TEST(Npz, ReadsWhatNumPyWrote) {
  auto arrays = readNpz(input("arrays.npz"));
  ASSERT_TRUE(bool(arrays));
  ASSERT_EQ(arrays->size(), 4u);
  const NpzArray &c = (*arrays)[0], &fortran = (*arrays)[1];
  EXPECT_EQ(c.name, "x_0");
  EXPECT_EQ(c.shape, (std::vector<int64_t>{2, 3, 4}));
  EXPECT_EQ(c.dtype, NpzType::F32);
  EXPECT_EQ(fortran.dtype, NpzType::F64);
  for (int i = 0; i < 24; ++i) {
    EXPECT_EQ(c.toFloat()[i], i);
    EXPECT_EQ(fortran.toDouble()[i], i);
  }
  EXPECT_EQ((*arrays)[2].toDouble(), (std::vector<double>{-1, 2147483647}));
  EXPECT_EQ((*arrays)[3].shape.size(), 0u);
  EXPECT_EQ((*arrays)[3].toFloat(), std::vector<float>{7});
}

TEST(Npz, RoundTrip) {
  TemporaryFile file;
  std::vector<float> values = {1.5f, -0.0f, INFINITY, NAN, 1e-45f, 3};
  ASSERT_FALSE(
      bool(writeNpz(file.path, {NpzArray::ofFloat("y_0", {2, 3}, values),
                                NpzArray::ofDouble("penalties", {0}, {}),
                                NpzArray::ofDouble("loss", {}, {0.1})})));
  auto arrays = readNpz(file.path);
  ASSERT_TRUE(bool(arrays));
  ASSERT_EQ(arrays->size(), 3u);
  EXPECT_EQ(0, memcmp((*arrays)[0].bytes.data(), values.data(), 24));
  EXPECT_EQ((*arrays)[1].shape, std::vector<int64_t>{0});
  EXPECT_EQ((*arrays)[2].toDouble(), std::vector<double>{0.1});
  // The data of each member are aligned as NumPy aligns them.
  auto bytes = openFile(file.path);
  size_t header = (*bytes)->getBuffer().find("\x93NUMPY");
  size_t newline = (*bytes)->getBuffer().find('\n', header);
  EXPECT_EQ((newline + 1 - header) % 64, 0u);
}

TEST(Npz, CannotWriteLeavesNothing) {
  llvm::Error error = writeNpz("/no/such/folder/a.npz", {});
  EXPECT_TRUE(error.isA<InputError>());
  llvm::consumeError(std::move(error));
}

/// An archive with one member of these bytes.
int readMember(llvm::StringRef bytes) {
  TemporaryFile file;
  llvm::cantFail(writeZip(file.path, {{"a.npy", bytes, ""}}));
  return failure(readNpz(file.path));
}

std::string npy(llvm::StringRef dict, llvm::StringRef data) {
  std::string header = "\x93NUMPY" + std::string("\x01\x00", 2);
  header += static_cast<char>(dict.size());
  header += '\0';
  return header + dict.str() + data.str();
}

TEST(Npz, NothingAndControlCharacters) {
  TemporaryFile file;
  llvm::cantFail(writeNpz(file.path, {}));
  EXPECT_TRUE(llvm::cantFail(readNpz(file.path)).empty());
  llvm::cantFail(
      writeNpz(file.path, {NpzArray::ofFloat("a\x1b[m\tb", {1}, {2.5f})}));
  std::vector<NpzArray> arrays = llvm::cantFail(readNpz(file.path));
  ASSERT_EQ(arrays.size(), 1u);
  EXPECT_EQ(arrays[0].name, "a\x1b[m\tb");
}

TEST(Npz, Refusals) {
  const char *good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}";
  EXPECT_EQ(readMember(npy(good, "abcd")), -1);
  EXPECT_EQ(readMember(npy(good, "abc")), row(Diagnostic::NpySize));
  EXPECT_EQ(readMember("hello"), row(Diagnostic::NpyHeader));
  EXPECT_EQ(readMember(npy(good, "").substr(0, 30)),
            row(Diagnostic::NpyHeader));
  EXPECT_EQ(readMember(npy("{'descr': '|O', 'fortran_order': False, 'shape': "
                           "(1,)}",
                           "abcd")),
            row(Diagnostic::NpyType));
  EXPECT_EQ(readMember(npy("{'descr': '>f4', 'fortran_order': False, 'shape': "
                           "(1,)}",
                           "abcd")),
            row(Diagnostic::NpyType));
  EXPECT_EQ(readMember(npy("{'descr': '<f4', 'fortran_order': False, 'shape': "
                           "(4611686018427387904, 4)}",
                           "")),
            row(Diagnostic::NpySize));
  EXPECT_EQ(readMember(npy("{'descr': '<f4', 'fortran_order': False, 'shape': "
                           "(-1,)}",
                           "abcd")),
            row(Diagnostic::NpyHeader));
  EXPECT_EQ(readMember(npy("{'descr': '<f4'", "abcd")),
            row(Diagnostic::NpyHeader));
}

TEST(NpyFiles, EveryTypeAndBothOrdersByRow) {
  struct Row {
    const char *descr;
    std::string bytes;
    float value;
  };
  const Row rows[] = {
      {"<f2", std::string("\x00\xc1", 2), -2.5f},
      {"<i2", "\xfe\xff", -2},
      {"|i1", "\xfd", -3},
      {"<u2", "\xff\xff", 65535},
      {"<u4", "\xff\xff\xff\xff", 4294967296.0f},
      {"|u1", "\xff", 255},
      {"|b1", "\x01", 1},
  };
  for (const Row &row : rows) {
    std::string file = npy(("{'descr': '" + llvm::StringRef(row.descr) +
                            "', 'fortran_order': False, 'shape': (1,)}")
                               .str(),
                           row.bytes);
    NpyView view = llvm::cantFail(viewNpy(file, "a", "a.npy"));
    float value = 0;
    view.readRow(0, &value);
    EXPECT_EQ(value, row.value) << row.descr;
  }
  // x_0 is 0 … 23 in C order, the second array the same in Fortran order.
  NpyFiles files = llvm::cantFail(NpyFiles::open(input("arrays.npz")));
  for (const NpyView &view : files.arrays()) {
    if (view.numElements() != 24) {
      continue;
    }
    ASSERT_EQ(view.rowSize(), 12);
    float row[12];
    view.readRow(1, row);
    for (int i = 0; i < 12; ++i) {
      EXPECT_EQ(row[i], 12 + i) << view.name;
    }
  }
}

TEST(NpyFiles, AFolderIsMapped) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("kregc-npy", folder));
  std::string file = npy("{'descr': '<f4', 'fortran_order': False, 'shape': "
                         "(1,)}",
                         std::string("\0\0\x80\x3f", 4));
  for (const char *name : {"/b.npy", "/a.npy", "/notes.txt"}) {
    llvm::cantFail(writeBytes((folder + name).str(), file));
  }
  {
    NpyFiles files = llvm::cantFail(NpyFiles::open(folder));
    ASSERT_EQ(files.arrays().size(), 2u);
    EXPECT_EQ(files.arrays()[0].name, "a");
    float value = 0;
    files.arrays()[1].readRow(0, &value);
    EXPECT_EQ(value, 1);
  }
  llvm::sys::fs::remove_directories(folder);
}

//===----------------------------------------------------------------------===//
// HDF5
//===----------------------------------------------------------------------===//

TEST(Hdf5, ReadsGroupsAttributesAndData) {
  std::string path =
      std::string(KREGC_TEST_INPUTS) + "/Keras/Inputs/cnn-tf-keras-2.21.0.h5";
  auto bytes = openFile(path);
  ASSERT_TRUE(bool(bytes));
  auto file = Hdf5File::open((*bytes)->getBuffer(), "m.h5");
  ASSERT_TRUE(bool(file));
  EXPECT_EQ(llvm::cantFail(file->text("", "keras_version")), "2.21.0");
  EXPECT_EQ(llvm::cantFail(file->text("", "none")), std::nullopt);
  auto names = llvm::cantFail(file->textList("model_weights", "layer_names"));
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->front(), "conv2d");
  EXPECT_EQ(llvm::cantFail(file->members("model_weights/conv2d/conv2d")),
            (std::vector<std::string>{"bias:0", "kernel:0"}));
  const char *kernel = "model_weights/conv2d/conv2d/kernel:0";
  EXPECT_EQ(llvm::cantFail(file->shape(kernel)),
            (std::vector<int64_t>{3, 3, 2, 4}));
  std::vector<float> values = llvm::cantFail(file->floats(kernel));
  ASSERT_EQ(values.size(), 72u);
  EXPECT_EQ(values[0], -0.022329818457365036f);
  EXPECT_FALSE(llvm::cantFail(file->exists("model_weights/nothing/else")));
  EXPECT_FALSE(llvm::cantFail(file->exists((kernel + std::string("/x")))));
  EXPECT_EQ(failure(file->members(kernel)), row(Diagnostic::Hdf5NotGroup));
  EXPECT_EQ(failure(file->floats("model_weights")),
            row(Diagnostic::Hdf5NotDataset));
  EXPECT_EQ(failure(file->floats("x")), row(Diagnostic::Hdf5Missing));
}

TEST(Hdf5, SeveralFilesAreOpenAtOnce) {
  std::string folder = std::string(KREGC_TEST_INPUTS) + "/Keras/Inputs/";
  auto first = openFile(folder + "cnn-tf-keras-2.21.0.h5");
  auto second = openFile(folder + "cnn-keras-3.15.1.h5");
  ASSERT_TRUE(first && second);
  auto a = Hdf5File::open((*first)->getBuffer(), "a");
  auto b = Hdf5File::open((*second)->getBuffer(), "b");
  ASSERT_TRUE(a && b);
  EXPECT_EQ(llvm::cantFail(a->text("", "keras_version")), "2.21.0");
  EXPECT_EQ(llvm::cantFail(b->text("", "keras_version")), "3.15.1");
}

TEST(Hdf5, GarbageIsRefused) {
  EXPECT_EQ(failure(Hdf5File::open("hello", "m")),
            row(Diagnostic::Hdf5Unreadable));
  std::string path =
      std::string(KREGC_TEST_INPUTS) + "/Keras/Inputs/cnn-tf-keras-2.21.0.h5";
  auto bytes = openFile(path);
  ASSERT_TRUE(bool(bytes));
  llvm::StringRef all = (*bytes)->getBuffer();
  for (size_t size : {size_t(8), size_t(96), size_t(2048), all.size() - 1}) {
    EXPECT_EQ(failure(Hdf5File::open(all.take_front(size), "m")),
              row(Diagnostic::Hdf5Unreadable))
        << size;
  }
}

TEST(Hdf5Writer, WritesWhatTheReaderReads) {
  Hdf5Writer writer = llvm::cantFail(Hdf5Writer::create("m.h5"));
  const float values[] = {1, 2, 3, 4, 5, 6};
  llvm::cantFail(writer.writeFloats("layers/dense/vars/0", {2, 3}, values));
  llvm::cantFail(writer.writeText("layers/dense/vars", "name", "dense"));
  llvm::cantFail(writer.writeInteger("optimizer/vars/0", 7));
  llvm::cantFail(writer.writeTextList("", "names", {"a", "long/name"}));
  llvm::cantFail(writer.makeGroup("vars"));
  std::string bytes = llvm::cantFail(writer.bytes());
  Hdf5File file = llvm::cantFail(Hdf5File::open(bytes, "m.h5"));
  EXPECT_EQ(llvm::cantFail(file.shape("layers/dense/vars/0")),
            (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(llvm::cantFail(file.floats("layers/dense/vars/0")),
            std::vector<float>(values, values + 6));
  EXPECT_EQ(llvm::cantFail(file.text("layers/dense/vars", "name")), "dense");
  EXPECT_EQ(*llvm::cantFail(file.textList("", "names")),
            (std::vector<std::string>{"a", "long/name"}));
  EXPECT_TRUE(llvm::cantFail(file.members("vars")).empty());
}

} // namespace
