// Loops of the thread pool: every index once, errors of bodies, several callers, more work than threads.
#include "device/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace hetal::device {
namespace {

class Pools : public ::testing::TestWithParam<int> {};

TEST_P(Pools, RunEveryIndexExactlyOnce) {
  ThreadPool pool(GetParam());
  EXPECT_EQ(pool.threads(), GetParam());
  for (const std::size_t count : {0u, 1u, 2u, 3u, 7u, 100u, 10000u}) {
    std::vector<std::atomic<int>> runs(count);
    pool.parallel_for(count, [&](std::size_t i) { ++runs[i]; });
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(runs[i], 1) << i << " of " << count;
  }
}

/// Loops follow each other closely in the engine: a worker that is late for one must not join the next with its body.
TEST_P(Pools, ManyShortLoopsNeverMix) {
  ThreadPool pool(GetParam());
  for (std::size_t loop = 0; loop < 3000; ++loop) {
    const std::size_t count = 1 + loop % 5;
    std::vector<std::atomic<std::size_t>> seen(count);
    pool.parallel_for(count, [&, loop](std::size_t i) { seen[i] = loop + 1; });
    for (const auto& value : seen) ASSERT_EQ(value, loop + 1);
  }
}

TEST_P(Pools, AnErrorOfABodyIsThrownAfterAllHaveEnded) {
  ThreadPool pool(GetParam());
  for (const std::size_t bad : {0u, 5u, 99u}) {
    std::atomic<int> running{0}, started{0};
    try {
      pool.parallel_for(100, [&](std::size_t i) {
        ++running;
        ++started;
        if (i == bad) {
          --running;
          throw std::runtime_error("index " + std::to_string(i));
        }
        --running;
      });
      FAIL() << bad;
    } catch (const std::runtime_error& e) { EXPECT_EQ(e.what(), "index " + std::to_string(bad)); }
    EXPECT_EQ(running, 0) << "a body still ran";
    EXPECT_GE(started, 1);
    EXPECT_LE(started, 100);
    // The pool is as good as before.
    std::atomic<int> runs{0};
    pool.parallel_for(50, [&](std::size_t) { ++runs; });
    EXPECT_EQ(runs, 50);
  }
}

TEST_P(Pools, WhenAllBodiesFailOneErrorIsThrown) {
  ThreadPool pool(GetParam());
  for (int round = 0; round < 50; ++round) {
    EXPECT_THROW(pool.parallel_for(20, [](std::size_t) { throw std::out_of_range("each"); }), std::out_of_range);
  }
}

TEST_P(Pools, SeveralCallersWaitForEachOther) {
  ThreadPool pool(GetParam());
  constexpr std::size_t kCallers = 6, kLoops = 100, kCount = 17;
  std::vector<std::size_t> sums(kCallers);
  std::vector<std::thread> callers;
  for (std::size_t c = 0; c < kCallers; ++c) {
    callers.emplace_back([&, c] {
      for (std::size_t loop = 0; loop < kLoops; ++loop) {
        std::vector<std::size_t> out(kCount);
        pool.parallel_for(kCount, [&](std::size_t i) { out[i] = i * (c + 1); });
        sums[c] += std::accumulate(out.begin(), out.end(), std::size_t{0});
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (std::size_t c = 0; c < kCallers; ++c) EXPECT_EQ(sums[c], kLoops * (c + 1) * kCount * (kCount - 1) / 2);
}

/// A body may use another pool. (The same pool runs one loop at a time, so a body must not begin another one there.)
TEST_P(Pools, ABodyMayUseAnotherPool) {
  ThreadPool outer(GetParam()), inner(2);
  std::atomic<int> runs{0};
  outer.parallel_for(8, [&](std::size_t) { inner.parallel_for(9, [&](std::size_t) { ++runs; }); });
  EXPECT_EQ(runs, 72);
  EXPECT_THROW(outer.parallel_for(4,
                                  [&](std::size_t) {
                                    inner.parallel_for(3, [](std::size_t i) {
                                      if (i == 2) throw std::domain_error("inner");
                                    });
                                  }),
               std::domain_error);
}

INSTANTIATE_TEST_SUITE_P(Threads, Pools, ::testing::Values(1, 2, 3, 8, 32));

TEST(ThreadPool, UsesAllItsThreadsAtOnce) {
  ThreadPool pool(4);
  std::latch all(4);  // each body waits for the others: only four threads at once can pass
  std::mutex mutex;
  std::set<std::thread::id> ids;
  pool.parallel_for(4, [&](std::size_t) {
    all.arrive_and_wait();
    std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_TRUE(ids.contains(std::this_thread::get_id())) << "the caller takes part";
}

TEST(ThreadPool, OfOneThreadRunsInTheCaller) {
  ThreadPool pool(1);
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<std::size_t> order;
  pool.parallel_for(5, [&](std::size_t i) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(i);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ThreadPool, OfNoNumberHasAThreadForEachCore) {
  EXPECT_EQ(ThreadPool(0).threads(), static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
}

}  // namespace
}  // namespace hetal::device
