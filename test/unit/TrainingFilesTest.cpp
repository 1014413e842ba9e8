// The file of a training library's state: exact, checked, never half-written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/unit/TrainingModel.h"

#include "gtest/gtest.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kregc::test;

namespace {

/// A folder of its own, removed at the end.
class Folder {
public:
  Folder() {
    char name[] = "/tmp/kreg-training-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string &name) const {
    return path + "/" + name;
  }
  size_t files() const {
    return std::distance(std::filesystem::directory_iterator(path), {});
  }

private:
  std::string path;
};

std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void writeFile(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), bytes.size());
}

//--------------------------------------------------------------===//

TEST(TrainingFiles, ResumeIsExact) {
  Folder folder;
  for (int kind = 0; kind < KREG_OPTIMIZER_COUNT; ++kind) {
    Model model(static_cast<kreg_optimizer_kind>(kind));
    model.settings.optimizer.gradient_accumulation_steps = 2;
    const kreg_training *table = model.get();
    TrainingInstance whole = makeTraining(table);
    TrainingInstance first = makeTraining(table), second = makeTraining(table);
    ASSERT_EQ(kreg_rt_set_seed(first.get(), 99), KREG_OK);
    ASSERT_EQ(kreg_rt_set_learning_rate(first.get(), 0.01), KREG_OK);
    ASSERT_EQ(kreg_rt_set_learning_rate(whole.get(), 0.01), KREG_OK);
    train(whole.get(), 7);
    train(first.get(), 3);
    ASSERT_EQ(kreg_rt_save(first.get(), (folder / "state").c_str()), KREG_OK);
    ASSERT_EQ(kreg_rt_load(second.get(), (folder / "state").c_str()), KREG_OK)
        << kreg_rt_message(second.get());
    train(second.get(), 4, /*seed=*/13);
    EXPECT_TRUE(equal(allWeights(whole.get()), allWeights(second.get())));
    EXPECT_TRUE(equal(allSlots(whole.get()), allSlots(second.get())));
    EXPECT_EQ(kreg_rt_get_iteration(second.get()), 7);
    EXPECT_EQ(trainingDouble.noise[0], 99u);
  }
  EXPECT_EQ(folder.files(), 1u);
}

TEST(TrainingFiles, DamagedOnesChangeNothing) {
  Folder folder;
  Model model;
  const kreg_training *table = model.get();
  TrainingInstance source = makeTraining(table), instance = makeTraining(table);
  train(source.get(), 2);
  std::string path = folder / "state";
  ASSERT_EQ(kreg_rt_save(source.get(), path.c_str()), KREG_OK);
  const std::string good = readFile(path);
  Floats before = allWeights(instance.get());
  auto refuses = [&](const std::string &bytes, const char *why) {
    writeFile(path, bytes);
    EXPECT_EQ(kreg_rt_load(instance.get(), path.c_str()), KREG_ERROR_FILE);
    EXPECT_NE(std::string(kreg_rt_message(instance.get())).find(why),
              std::string::npos)
        << kreg_rt_message(instance.get());
    EXPECT_TRUE(equal(before, allWeights(instance.get())));
    EXPECT_EQ(kreg_rt_get_iteration(instance.get()), 0);
  };
  refuses("", "not written by");
  refuses(good.substr(0, 20), "not written by");
  refuses(good.substr(0, good.size() - 1), "cut off");
  refuses(good + "x", "too long");
  for (size_t at = 0; at < good.size(); at += 1 + good.size() / 97) {
    std::string bad = good;
    bad[at] = char(bad[at] ^ (1 << at % 8));
    refuses(bad, "");
  }
  std::string bad = good;
  bad[good.size() / 2] = char(bad[good.size() / 2] ^ 1);
  refuses(bad, "damaged");
  writeFile(path, good);
  EXPECT_EQ(kreg_rt_load(instance.get(), path.c_str()), KREG_OK);
  EXPECT_TRUE(equal(allWeights(source.get()), allWeights(instance.get())));
}

TEST(TrainingFiles, OthersAreRefused) {
  Folder folder;
  std::string path = folder / "state";
  Model model, other(KREG_OPTIMIZER_SGD);
  TrainingInstance a = makeTraining(model.get()), b = makeTraining(other.get());
  TrainingTable plain;
  plain.add("dense/kernel", {70, 90}, Floats(6300));
  TrainingInstance c = makeTraining(plain.get());
  ASSERT_EQ(kreg_rt_save(a.get(), path.c_str()), KREG_OK);
  for (kreg_instance *instance : {b.get(), c.get()}) {
    EXPECT_EQ(kreg_rt_load(instance, path.c_str()), KREG_ERROR_FILE);
    EXPECT_EQ(std::string(kreg_rt_message(instance)),
              "'" + path +
                  "' could not be read: it is of another model or "
                  "optimizer");
  }
}

TEST(TrainingFiles, PathsThatDoNotWork) {
  Folder folder;
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  auto message = [&] { return std::string(kreg_rt_message(instance.get())); };
  std::string missing = folder / "none/state";
  EXPECT_EQ(kreg_rt_save(instance.get(), missing.c_str()), KREG_ERROR_FILE);
  EXPECT_EQ(message(), "'" + missing +
                           "' could not be written: No such file or directory");
  EXPECT_EQ(kreg_rt_load(instance.get(), missing.c_str()), KREG_ERROR_FILE);
  EXPECT_EQ(kreg_rt_load(instance.get(), "/tmp"), KREG_ERROR_FILE);
  EXPECT_EQ(kreg_rt_load(instance.get(), "/dev/zero"), KREG_ERROR_FILE);
  EXPECT_EQ(kreg_rt_save(instance.get(), nullptr), KREG_ERROR_ARGUMENT);
  EXPECT_EQ(kreg_rt_load(instance.get(), nullptr), KREG_ERROR_ARGUMENT);
  EXPECT_EQ(kreg_rt_save(instance.get(), "/dev/full/x"), KREG_ERROR_FILE);
  std::string path(5000, 'p');
  EXPECT_EQ(kreg_rt_save(instance.get(), path.c_str()), KREG_ERROR_FILE);
  // A folder cannot be replaced by a file, and nothing is left beside it.
  std::filesystem::create_directory(folder / "state");
  EXPECT_EQ(kreg_rt_save(instance.get(), (folder / "state").c_str()),
            KREG_ERROR_FILE);
  EXPECT_EQ(folder.files(), 1u);
}

/// As on a full disk: the write fails in the middle of the file.
TEST(TrainingFiles, AFullDiskLeavesTheOldFile) {
  Folder folder;
  std::string path = folder / "state";
  Model model;
  TrainingInstance instance = makeTraining(model.get());
  ASSERT_EQ(kreg_rt_save(instance.get(), path.c_str()), KREG_OK);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    kreg_rt_set_iteration(instance.get(), 7);
    bool good = kreg_rt_save(instance.get(), path.c_str()) == KREG_ERROR_FILE &&
                std::string(kreg_rt_message(instance.get())) ==
                    "'" + path + "' could not be written: File too large";
    _exit(good ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(folder.files(), 1u);
  ASSERT_EQ(kreg_rt_load(instance.get(), path.c_str()), KREG_OK);
  EXPECT_EQ(kreg_rt_get_iteration(instance.get()), 0);
}

/// A child saves as fast as it can until it is killed; what is there must load
/// each time, and be one of the two states that it saves.
TEST(TrainingFiles, AKillLeavesAWholeFile) {
  Folder folder;
  std::string path = folder / "state";
  Model model;
  const kreg_training *table = model.get();
  TrainingInstance instance = makeTraining(table);
  ASSERT_EQ(kreg_rt_save(instance.get(), path.c_str()), KREG_OK);
  std::mt19937 engine(3);
  int saved = 0;
  for (int round = 0; round < 25; ++round) {
    pid_t child = fork();
    if (child == 0) {
      for (int64_t i = 1;; ++i) {
        kreg_rt_set_iteration(instance.get(), i);
        kreg_rt_save(instance.get(), path.c_str());
      }
    }
    usleep(500 + engine() % 6000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    TrainingInstance reader = makeTraining(table);
    ASSERT_EQ(kreg_rt_load(reader.get(), path.c_str()), KREG_OK)
        << kreg_rt_message(reader.get());
    EXPECT_TRUE(equal(allWeights(instance.get()), allWeights(reader.get())));
    saved += kreg_rt_get_iteration(reader.get()) > 0;
  }
  EXPECT_GT(saved, 0) << "no child came to its first save";
}

} // namespace
