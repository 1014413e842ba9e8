// The confined child: what it may not do, and how its ends are told apart.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Confinement.h"
#include "frontends/Container/Hdf5Tree.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kregc;

namespace {

/// How a child ends that does `body` and then sends a word; "answered" if the
/// word comes.
std::string run(llvm::function_ref<void()> body,
                ConfinementLimits limits = {uint64_t(64) << 20, 1, 60}) {
  auto child = ConfinedProcess::start(limits, [&](Channel channel) {
    body();
    channel.send("done");
  });
  if (child->channel().receive(100) == "done") {
    return "answered";
  }
  return child->end();
}

TEST(Confinement, AComputationAnswers) {
  std::vector<int> seen = {1, 2, 3};
  EXPECT_EQ(run([&] {
              std::vector<int> more(1 << 20, 7);
              more[seen[2]] = 1;
            }),
            "answered");
}

TEST(Confinement, ACrashIsAMessage) {
  EXPECT_EQ(run([] { raise(SIGSEGV); }), "crashed (Segmentation fault)");
  EXPECT_EQ(run([] { abort(); }), "crashed (Aborted)");
  EXPECT_EQ(run([] { _exit(3); }), "ended early (status 3)");
}

TEST(Confinement, TimeIsBounded) {
  EXPECT_EQ(run([] {
              for (volatile unsigned i = 0;; i = i + 1) {
              }
            }),
            "took more than 1 s of processor time");
}

TEST(Confinement, AnAnswerIsNotWaitedForForEver) {
  auto child =
      ConfinedProcess::start({uint64_t(64) << 20, 100, 1},
                             [](Channel channel) { channel.receive(100); });
  EXPECT_EQ(child->channel().receive(100), std::nullopt);
  EXPECT_EQ(child->end(), "was stopped: it did not answer");
}

#if !__has_feature(address_sanitizer) // where memory is not bounded
TEST(Confinement, MemoryIsBounded) {
  EXPECT_EQ(run([] {
              for (int i = 0; i < 100; ++i) {
                char *block = static_cast<char *>(malloc(4 << 20));
                if (!block) {
                  _exit(42);
                }
                block[0] = 1;
                asm volatile("" : : "r"(block) : "memory");
              }
            }),
            "ended early (status 42)");
}
#endif

TEST(Confinement, SystemCallsEndIt) {
  const char *forbidden = "made a system call that is forbidden to it";
  EXPECT_EQ(run([] { close(socket(AF_INET, SOCK_STREAM, 0)); }), forbidden);
  EXPECT_EQ(run([] { kill(getppid(), SIGTERM); }), forbidden);
  EXPECT_EQ(run([] { execl("/bin/true", "true", nullptr); }), forbidden);
  EXPECT_EQ(run([] { unlink("/tmp/kregc-no-such-file"); }), forbidden);
  EXPECT_EQ(run([] { (void)!write(1, "x", 1); }), forbidden);
  // Files seem not to exist.
  EXPECT_EQ(run([] { _exit(open("/etc/passwd", O_RDONLY) < 0 ? 7 : 0); }),
            "ended early (status 7)");
}

//===----------------------------------------------------------------------===//
// Trees that come from a child
//===----------------------------------------------------------------------===//

Hdf5Node sample() {
  Hdf5Node data;
  data.name = "0";
  data.kind = Hdf5Kind::Dataset;
  data.shape = {2, 3};
  data.element = Hdf5Element::Float32;
  data.offset = 96;
  data.failure = Hdf5Failure{Diagnostic::Hdf5External, "elsewhere"};
  Hdf5Node link;
  link.name = "1";
  link.kind = Hdf5Kind::Soft;
  Hdf5Node root;
  root.attributes = {{"names", true, {"a", "b"}}, {"count", false, {}}};
  root.members = {data, link};
  return root;
}

TEST(Hdf5Tree, RoundTrip) {
  Hdf5Node root = llvm::cantFail(decodeAnswer(encodeTree(sample()), "f"));
  ASSERT_EQ(root.members.size(), 2u);
  EXPECT_EQ(root.attributes[0].texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(root.attributes[1].isText);
  EXPECT_EQ(root.members[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(root.members[0].offset, 96u);
  EXPECT_EQ(root.members[0].failure->message, "elsewhere");
  EXPECT_EQ(root.members[1].kind, Hdf5Kind::Soft);
  auto failed =
      decodeAnswer(encodeFailure({Diagnostic::Hdf5Unreadable, "garbage"}), "f");
  EXPECT_EQ(llvm::toString(failed.takeError()), "f: garbage");
}

TEST(Hdf5Tree, NothingSenselessIsBelieved) {
  std::string bytes = encodeTree(sample());
  auto refused = [](llvm::StringRef text) {
    auto root = decodeAnswer(text, "f");
    bool failed = !root;
    llvm::consumeError(root.takeError());
    return failed;
  };
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(refused(llvm::StringRef(bytes).take_front(size))) << size;
  }
  EXPECT_TRUE(refused(bytes + "x"));
  // Counts and lengths beyond the bytes, kinds that there are not.
  for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    std::string changed = bytes;
    changed.replace(at, 8, 8, '\xff');
    auto root = decodeAnswer(changed, "f");
    llvm::consumeError(root.takeError());
  }
  Hdf5Node nameless = sample();
  nameless.members[1].name.clear();
  EXPECT_TRUE(refused(encodeTree(nameless)));
  std::string level = std::string(8 * 3, '\0'), one(8, '\0');
  one[0] = 1;
  std::string bomb = one;
  for (int i = 0; i < 1000000; ++i) {
    bomb += level + one; // a group with a group in it
  }
  EXPECT_TRUE(refused(bomb));
}

} // namespace
