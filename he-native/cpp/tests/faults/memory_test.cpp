// Every allocation of key loading, evaluation, encryption and key generation fails once: a typed error, nothing lost,
// and the same bytes as before afterwards.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <new>

#include "device/memory_pool.h"
#include "injection.h"
#include "engine/engine.h"
#include "owner/client.h"

namespace hetal {
namespace {

constexpr char kSet[] = "insecure_n10_l12";
constexpr int kThreads = 3;

class MemoryFaults : public ::testing::Test {
 protected:
  MemoryFaults() : folder(std::filesystem::temp_directory_path() / ("hetal-faults-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder);
    owner::Client client(kSet, 1, Random::insecure_seed(1), true);
    owner::KeyPlan plan;
    plan.level_of_steps = {{3, 9}, {7, 9}};
    plan.relinearization_level = 9;
    plan.bootstrap = true;
    const auto writer = client.bundle_writer(keys(), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
    a = client.encrypt(std::vector<std::complex<double>>(512, {0.25, 0}), 9);
    b = client.encrypt(std::vector<std::complex<double>>(512, {0.5, 0}), 9);
  }
  ~MemoryFaults() override { std::filesystem::remove_all(folder); }

  std::string keys() const { return folder / "keys"; }

  /// Runs `body`, which checks its result, with its allocation number 1, 1 + step, 1 + 2 step, … refused until it needs
  /// no more. Between runs, `unchanged` is a number that must stay. Returns how often it failed.
  static long each_fails(long step, const std::function<void()>& body, const std::function<std::size_t()>& unchanged) {
    long failures = 0;
    for (long number = 1;; number += step) {
      const std::size_t before = unchanged();
      bool failed = false;
      faults::refuse_allocation(number);
      try {
        body();
      } catch (const std::bad_alloc&) { failed = true; } catch (const DeviceOutOfMemory&) {
        failed = true;
      }
      const bool refused = faults::end();
      EXPECT_EQ(unchanged(), before) << "allocation " << number;
      // A pool that is refused a large block asks for a smaller one: then the body has the right result.
      EXPECT_TRUE(refused || !failed) << "allocation " << number;
      if (!refused || ::testing::Test::HasFailure()) return failures;
      failures += failed;
    }
  }

  Bytes arithmetic(engine::Engine& engine) const {
    const auto x = engine.deserialize(a), y = engine.deserialize(b);
    const auto product =
        engine.relinearize_rescale(engine.multiply_sum(engine::CiphertextList{&x, &y}, engine::CiphertextList{&y, &y}));
    const auto turned = engine.rotate_all(engine.drop_to_level(x, product.level), {3, 7});
    return engine.serialize(engine.add(engine.add(product, turned[0]), turned[1]));
  }
  Bytes bootstrapped(engine::Engine& engine) const {
    return engine.serialize(engine.bootstrap(engine.deserialize(a), 512));
  }

  std::filesystem::path folder;
  Bytes a, b;
};

TEST_F(MemoryFaults, ArithmeticFailsTypedLosesNothingAndGoesOn) {
  engine::Engine engine(keys(), device::Choice::cpu(kThreads));
  const Bytes expected = arithmetic(engine);
  auto held = [&] { return engine.context().device().bytes_in_use(); };
  const long failures = each_fails(1, [&] { EXPECT_EQ(arithmetic(engine), expected); }, held);
  EXPECT_GT(failures, 100);
  EXPECT_EQ(arithmetic(engine), expected);
}

TEST_F(MemoryFaults, BootstrapFailsTypedLosesNothingAndGoesOn) {
  engine::Engine engine(keys(), device::Choice::cpu(kThreads));
  const Bytes expected = bootstrapped(engine);
  auto held = [&] { return engine.context().device().bytes_in_use(); };
  const long failures = each_fails(97, [&] { EXPECT_EQ(bootstrapped(engine), expected); }, held);
  EXPECT_GT(failures, 20);
  EXPECT_EQ(bootstrapped(engine), expected);
}

TEST_F(MemoryFaults, AnEngineThatFailsWhileItLoadsLeavesNothing) {
  Bytes expected;
  auto whole = [&] {
    engine::Engine engine(keys(), device::Choice::cpu(kThreads));
    const Bytes out = arithmetic(engine);
    if (expected.empty()) expected = out;
    EXPECT_EQ(out, expected);
  };
  whole();
  const int threads = faults::threads();
  const long failures = each_fails(3, whole, [] { return static_cast<std::size_t>(faults::live_objects()); });
  EXPECT_GT(failures, 50);
  EXPECT_TRUE(faults::threads_are(threads));
}

TEST_F(MemoryFaults, KeysOfAnEngineThatFailedAreLoadedOnTheNextUse) {
  Bytes expected;
  {
    engine::Engine engine(keys(), device::Choice::cpu(1));
    expected = bootstrapped(engine);
  }
  engine::Engine engine(keys(), device::Choice::cpu(1));
  long failures = 0;
  for (long number = 1;; number = number * 5 / 4 + 1) {
    faults::refuse_allocation(number);
    try {
      EXPECT_EQ(bootstrapped(engine), expected);
    } catch (const std::bad_alloc&) { ++failures; } catch (const DeviceOutOfMemory&) {
      ++failures;
    }
    if (!faults::end()) break;
  }
  EXPECT_GT(failures, 10);
  EXPECT_EQ(bootstrapped(engine), expected);
}

TEST_F(MemoryFaults, AClientThatFailsLeavesNothing) {
  auto whole = [] {
    owner::Client client(kSet, kThreads, Random::insecure_seed(5), true);
    client.decrypt(client.encrypt({{0.5, 0}}, 2));
  };
  whole();
  EXPECT_GT(each_fails(3, whole, [] { return static_cast<std::size_t>(faults::live_objects()); }), 20);
}

TEST_F(MemoryFaults, AMemoryPoolTakesBackWithoutMemory) {
  std::vector<Word> arena(1 << 12);
  device::BlockSource source{[&](std::size_t) { return arena.data(); }, [](Word*) {}, arena.size()};
  device::MemoryPool pool(source);
  Word* const ranges[] = {pool.take(64), pool.take(64), pool.take(64)};
  for (const int i : {0, 2, 1}) {
    faults::refuse_allocation(1);
    pool.give_back(ranges[i], 64);
    EXPECT_FALSE(faults::end());
  }
  EXPECT_EQ(pool.take(arena.size()), arena.data()) << "one free range again";
}

// What no code knows must reach the boundary with Java, which reports it; it must not end the process.
TEST_F(MemoryFaults, AnUnknownExceptionOfItsSourcePassesThroughAMemoryPool) {
  std::vector<Word> arena(1 << 12);
  bool fails = true;
  auto take = [&](std::size_t) {
    if (fails) throw 42;
    return arena.data();
  };
  device::MemoryPool pool({take, [](Word*) {}, arena.size()});
  EXPECT_THROW(pool.take(64), int);
  EXPECT_THROW(pool.reserve(64), int);
  EXPECT_EQ(pool.bytes_in_use(), 0u);
  fails = false;
  EXPECT_EQ(pool.take(arena.size()), arena.data());
}

}  // namespace
}  // namespace hetal
