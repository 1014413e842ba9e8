// The runtime's parts alone: loops on threads, memory that is kept, sums.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/lib/Runtime.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Destroy {
  void operator()(kreg_instance *instance) { kreg_rt_destroy(instance); }
};
using Instance = std::unique_ptr<kreg_instance, Destroy>;

Instance make(int threads) {
  kreg_options options = {};
  options.threads = threads;
  kreg_instance *instance = nullptr;
  EXPECT_EQ(kreg_rt_create(&options, &instance), KREG_OK);
  return Instance(instance);
}

struct Marks {
  explicit Marks(int size) : seen(size) {}
  std::vector<std::atomic<int>> seen;
  int first = 0;
  int failAt = INT_MIN; ///< an index; none of a loop
};

int mark(void *context, int index, uint8_t *closure) {
  auto *marks = reinterpret_cast<Marks *>(closure);
  ++marks->seen[index - marks->first];
  return index == marks->failAt ? 7 : 0;
}

int runLoop(kreg_instance *instance, Marks &marks) {
  return halide_do_par_for(instance, mark, marks.first, marks.seen.size(),
                           reinterpret_cast<uint8_t *>(&marks));
}

TEST(Pool, EachIndexOnce) {
  for (int threads : {1, 2, 3, 8}) {
    Instance instance = make(threads);
    for (int size : {0, 1, 2, 3, 17, 1000}) {
      for (int round = 0; round < 50; ++round) {
        Marks marks(size);
        marks.first = round - 25;
        EXPECT_EQ(runLoop(instance.get(), marks), 0);
        for (std::atomic<int> &count : marks.seen) {
          ASSERT_EQ(count, 1);
        }
      }
    }
  }
}

TEST(Pool, ManyShortLoops) {
  Instance instance = make(4);
  Marks marks(4);
  for (int round = 0; round < 20000; ++round) {
    runLoop(instance.get(), marks);
  }
  for (std::atomic<int> &count : marks.seen) {
    EXPECT_EQ(count, 20000);
  }
}

TEST(Pool, AnErrorIsTheResultOfTheLoop) {
  for (int threads : {1, 3}) {
    Instance instance = make(threads);
    Marks marks(20);
    marks.failAt = 13;
    EXPECT_EQ(runLoop(instance.get(), marks), 7);
    Marks good(20);
    EXPECT_EQ(runLoop(instance.get(), good), 0);
  }
}

int markInside(void *context, int index, uint8_t *closure) {
  Marks &outer = *reinterpret_cast<Marks *>(closure);
  Marks inner(9);
  int status = halide_do_par_for(context, mark, 0, 9,
                                 reinterpret_cast<uint8_t *>(&inner));
  for (std::atomic<int> &count : inner.seen) {
    outer.seen[index] += count;
  }
  return status;
}

TEST(Pool, LoopsInsideLoops) {
  Instance instance = make(3);
  Marks outer(11);
  EXPECT_EQ(halide_do_par_for(instance.get(), markInside, 0, 11,
                              reinterpret_cast<uint8_t *>(&outer)),
            0);
  for (std::atomic<int> &count : outer.seen) {
    EXPECT_EQ(count, 9);
  }
}

TEST(Pool, InstancesComeAndGo) {
  for (int round = 0; round < 100; ++round) {
    Instance instance = make(1 + round % 5);
    if (round % 2) {
      Marks marks(3);
      EXPECT_EQ(runLoop(instance.get(), marks), 0);
    }
  }
}

/// Outside of the function below, which is left by a jump.
Marks *failingMarks;

/// A kernel of a release build: it does not look at the loop's status.
int failAfterLoop(kreg_instance *instance, int64_t batch, const float *const *,
                  float *const *, double *) {
  kreg_rt_begin(instance, "conv", 1000000);
  void *memory = halide_malloc(instance, 100);
  if (batch == 1) {
    runLoop(instance, *failingMarks);
  } else if (batch == 2) {
    halide_malloc(instance, SIZE_MAX / 2);
  } else {
    halide_free(instance, memory);
    return KREG_OK;
  }
  ADD_FAILURE() << "came back";
  return KREG_OK;
}

TEST(Guard, AFailureLeavesTheKernel) {
  Marks marks(20);
  marks.failAt = 13;
  failingMarks = &marks;
  for (int threads : {1, 3}) {
    Instance instance = make(threads);
    auto run = [&](int64_t batch) {
      return kreg_rt_guard(instance.get(), batch, nullptr, nullptr, nullptr,
                           failAfterLoop);
    };
    for (int round = 0; round < 50; ++round) {
      EXPECT_EQ(run(1), KREG_ERROR_KERNEL);
      EXPECT_STREQ(kreg_rt_message(instance.get()),
                   "kernel 'conv' failed with status 7");
      EXPECT_EQ(run(2), KREG_ERROR_MEMORY);
      EXPECT_EQ(run(3), KREG_OK);
    }
  }
}

TEST(Guard, KernelsAreAnnounced) {
  std::vector<std::string> names;
  kreg_options options = {};
  options.threads = 1;
  options.kernel_context = &names;
  options.on_kernel = [](void *context, const char *kernel) {
    static_cast<std::vector<std::string> *>(context)->push_back(kernel ? kernel
                                                                       : "end");
  };
  kreg_instance *made = nullptr;
  ASSERT_EQ(kreg_rt_create(&options, &made), KREG_OK);
  Instance instance(made);
  auto run = [&](int64_t batch) {
    return kreg_rt_guard(made, batch, nullptr, nullptr, nullptr, failAfterLoop);
  };
  EXPECT_EQ(run(3), KREG_OK);
  EXPECT_EQ(run(2), KREG_ERROR_MEMORY); // a failure ends the call too
  EXPECT_EQ(names, (std::vector<std::string>{"conv", "end", "conv", "end"}));
}

struct Threads {
  std::mutex mutex;
  std::set<std::thread::id> seen;
};

int noteThread(void *, int, uint8_t *closure) {
  auto *threads = reinterpret_cast<Threads *>(closure);
  {
    std::lock_guard<std::mutex> lock(threads->mutex);
    threads->seen.insert(std::this_thread::get_id());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return 0;
}

TEST(Pool, ShortKernelsAreNotShared) {
  Instance instance = make(3);
  auto threadsFor = [&](int64_t work) {
    Threads threads;
    kreg_rt_begin(instance.get(), "k", work);
    EXPECT_EQ(halide_do_par_for(instance.get(), noteThread, 0, 30,
                                reinterpret_cast<uint8_t *>(&threads)),
              0);
    return threads.seen.size();
  };
  EXPECT_EQ(threadsFor(1000), 1u);
  EXPECT_GT(threadsFor(1000000), 1u);
}

/// An allocator that counts what is alive.
struct Counter {
  std::atomic<int> live{0}, calls{0};
};

Instance makeCounted(Counter &counter, int threads) {
  kreg_options options = {};
  options.threads = threads;
  options.allocator_context = &counter;
  options.allocate = [](void *context, size_t bytes, size_t alignment) {
    auto *counter = static_cast<Counter *>(context);
    void *memory = std::aligned_alloc(alignment, bytes);
    counter->live += memory != nullptr;
    ++counter->calls;
    return memory;
  };
  options.release = [](void *context, void *memory) {
    --static_cast<Counter *>(context)->live;
    std::free(memory);
  };
  kreg_instance *instance = nullptr;
  EXPECT_EQ(kreg_rt_create(&options, &instance), KREG_OK);
  return Instance(instance);
}

int useScratch(void *context, int index, uint8_t *) {
  auto *a = static_cast<char *>(halide_malloc(context, 20000));
  auto *b = static_cast<char *>(halide_malloc(context, 20000));
  auto *c = static_cast<char *>(halide_malloc(context, 100 + index % 2 * 1000));
  if (!a || !b || !c || a == b || uintptr_t(a) % 64 || uintptr_t(c) % 64) {
    return 1;
  }
  std::fill(a, a + 20000, 1);
  std::fill(b, b + 20000, 2);
  int status = std::count(a, a + 20000, 1) == 20000 ? 0 : 2;
  halide_free(context, b);
  halide_free(context, a);
  halide_free(context, c);
  halide_free(context, nullptr);
  return status;
}

TEST(Memory, ScratchIsKept) {
  for (int threads : {1, 4}) {
    Counter counter;
    Instance instance = makeCounted(counter, threads);
    auto loop = [&] {
      return halide_do_par_for(instance.get(), useScratch, 0, 64, nullptr);
    };
    // One task that has seen each size is enough for every thread.
    EXPECT_EQ(useScratch(instance.get(), 0, nullptr), 0);
    EXPECT_EQ(useScratch(instance.get(), 1, nullptr), 0);
    int calls = counter.calls;
    for (int round = 0; round < 200; ++round) {
      EXPECT_EQ(loop(), 0);
    }
    EXPECT_EQ(counter.calls, calls);
    instance.reset();
    EXPECT_EQ(counter.live, 0);
  }
}

TEST(Memory, TheArenaGrowsOnly) {
  Counter counter;
  Instance instance = makeCounted(counter, 1);
  void *small = kreg_rt_arena(instance.get(), 1000);
  EXPECT_EQ(uintptr_t(small) % 64, 0u);
  EXPECT_EQ(kreg_rt_arena(instance.get(), 10), small);
  int live = counter.live;
  EXPECT_NE(kreg_rt_arena(instance.get(), 100000), nullptr);
  EXPECT_EQ(counter.live, live);
  int calls = counter.calls;
  EXPECT_EQ(kreg_rt_arena(instance.get(), INT64_MAX), nullptr);
  EXPECT_EQ(counter.calls, calls); // no allocator is asked for so much
  EXPECT_STRNE(kreg_rt_message(instance.get()), "");
  EXPECT_NE(kreg_rt_arena(instance.get(), 100), nullptr);
  instance.reset();
  EXPECT_EQ(counter.live, 0);
}

TEST(Memory, OptionsOfAnOlderCallerEndEarlier) {
  kreg_options options = {};
  options.size = offsetof(kreg_options, allocate);
  options.threads = 2;
  options.allocate = [](void *, size_t, size_t) -> void * { return nullptr; };
  kreg_instance *instance = nullptr;
  EXPECT_EQ(kreg_rt_create(&options, &instance), KREG_OK);
  kreg_rt_destroy(instance);
}

TEST(Sum, ExactWhereFloat64Is) {
  std::mt19937 random(1);
  for (int count : {0, 1, 7, 8, 9, 64, 1001}) {
    std::vector<float> values(count);
    double sum = 0;
    for (float &value : values) {
      // Multiples of 2^-10 below 1: every order gives the same float64 sum.
      value = float(random() % 1024) / 1024;
      sum += value;
    }
    EXPECT_EQ(kreg_rt_sum(values.data(), count), sum);
  }
}

TEST(Sum, NotInFloat32) {
  std::vector<float> values(1 << 16, 1.0e-3f);
  values[0] = 1.0e6f;
  double wanted = 1.0e6 + 65535 * double(1.0e-3f);
  EXPECT_NEAR(kreg_rt_sum(values.data(), values.size()), wanted, 1e-8);
}

} // namespace
