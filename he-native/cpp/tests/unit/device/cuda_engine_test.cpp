// Whole ciphertext operations on the CUDA device, whose results must be the CPU's bit for bit, a bootstrap among them.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "base/error.h"
#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "base/bytes.h"
#include "device/cuda_choice.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

constexpr char kSet[] = "insecure_n12_l12";

/// Keys and ciphertexts from fixed seeds, so that two of these hold the same residues on different devices.
struct Machine {
  explicit Machine(const device::Choice& device, const char* set = kSet)
      : context(ckks::Parameters::named(set), device),
        secret(context, Random::insecure_seed(1)),
        generator(context, secret, Random::insecure_seed(2)),
        evaluator(context, keys),
        bootstrapper(context),
        sparse(context, 256) {
    keys.relinearization = generator.relinearization(context.parameters().eval_mod_level());
    for (const auto& [galois, level] : bootstrapper.galois_levels())
      keys.galois[galois] = generator.galois(galois, level);
    for (const auto& [galois, level] : sparse.galois_levels()) {
      const auto at = keys.galois.find(galois);
      if (at == keys.galois.end() || at->second.level < level) keys.galois[galois] = generator.galois(galois, level);
    }
    for (std::uint32_t steps : {1u, 3u, 8u}) {
      const std::uint32_t galois = evaluator.galois_of(steps);
      if (!keys.galois.contains(galois)) keys.galois[galois] = generator.galois(galois, 15);
    }
    generator.encapsulation(keys);
  }

  ckks::Ciphertext encrypt(std::uint64_t stream, int level) {
    std::mt19937_64 random(stream);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<std::complex<double>> slots(context.parameters().slot_count());
    for (auto& z : slots) z = uniform(random);
    return owner::encrypt(context, secret, Random::insecure_seed(3), stream, slots, level);
  }
  Bytes bytes(const ckks::Ciphertext& a) const {
    Bytes out;
    for (const ckks::RnsPoly& part : a.parts) {
      std::vector<Word> host(static_cast<std::size_t>(context.limbs(part.basis())) * context.n());
      context.device().download(host.data(), part.data(), host.size());
      const auto* const raw = reinterpret_cast<const std::uint8_t*>(host.data());
      out.insert(out.end(), raw, raw + host.size() * sizeof(Word));
    }
    return out;
  }

  ckks::Context context;
  owner::SecretKey secret;
  owner::KeyGenerator generator;
  ckks::EvaluationKeys keys;
  ckks::Evaluator evaluator;
  bootstrap::Bootstrapper bootstrapper;
  bootstrap::SparseBootstrapper sparse;
};

class CudaEngine : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cpu_ = new Machine(device::Choice::cpu(2));
    gpu_ = new Machine(cuda_choice());
  }
  static void TearDownTestSuite() {
    delete gpu_;
    delete cpu_;
  }
  /// The same work on both; ciphertexts that it returns are compared.
  template <typename Work>
  static void compare(const Work& work) {
    const auto expected = work(*cpu_), actual = work(*gpu_);
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
      EXPECT_EQ(actual[i].scale, expected[i].scale);
      ASSERT_TRUE(gpu_->bytes(actual[i]) == cpu_->bytes(expected[i])) << "result " << i;
    }
  }
  static Machine *cpu_, *gpu_;
};
Machine *CudaEngine::cpu_ = nullptr, *CudaEngine::gpu_ = nullptr;

using Results = std::vector<ckks::Ciphertext>;

TEST_F(CudaEngine, EncryptsToTheSameBytes) {
  compare([](Machine& m) {
    Results out;
    out.push_back(m.encrypt(1, 12));
    return out;
  });
}

TEST_F(CudaEngine, ArithmeticGivesTheSameBytes) {
  compare([](Machine& m) {
    const ckks::Evaluator& e = m.evaluator;
    const ckks::Ciphertext a = m.encrypt(1, 9), b = m.encrypt(2, 9);
    Results out;
    out.push_back(e.add(a, b));
    out.push_back(e.sub(a, b));
    out.push_back(e.negate(a));
    out.push_back(e.mul_by_i(a));
    out.push_back(e.mul_integer(a, -7));
    out.push_back(e.add_constant(a, 0.3));
    out.push_back(e.drop_to_level(a, 4));
    out.push_back(e.mul(a, b));
    out.push_back(e.relinearize(e.tensor(a, b)));
    const std::vector<std::complex<double>> slots{{0.5, 0.25}, -0.75};
    out.push_back(e.rescale(e.mul_plain(a, e.encode(slots, 9, m.context.parameters().scale(9)))));
    return out;
  });
}

TEST_F(CudaEngine, RotationsGiveTheSameBytes) {
  compare([](Machine& m) {
    const ckks::Evaluator& e = m.evaluator;
    const ckks::Ciphertext a = m.encrypt(4, 10), b = m.encrypt(5, 10);
    const std::uint32_t steps[] = {0, 1, 3, 8};
    Results out = e.rotate_all(a, steps);
    out.push_back(e.rotate(a, 3));
    out.push_back(e.conjugate(a));
    out.push_back(e.rotate_sum(a, steps));
    const ckks::Ciphertext* const both[] = {&a, &b, &a, &a};
    out.push_back(e.sum_rotated(both, steps));
    const ckks::Plaintext p = e.encode({0.5, -0.25}, 10, m.context.parameters().scale(10));
    for (auto& c : e.multiply_rotated(a, steps, {{&p, nullptr, &p, &p}, {nullptr, &p, &p, nullptr}})) {
      out.push_back(std::move(c));
    }
    return out;
  });
}

TEST_F(CudaEngine, BootstrapsGiveTheSameBytes) {
  compare([](Machine& m) {
    const int input = m.context.parameters().bootstrap_input_level();
    const ckks::Ciphertext a = m.encrypt(6, input), b = m.encrypt(7, input + 1);
    Results out;
    out.push_back(m.bootstrapper.real(m.evaluator, a));
    for (auto& c : m.bootstrapper.pair(m.evaluator, m.evaluator.drop_to_level(b, input), a))
      out.push_back(std::move(c));
    return out;
  });
}

TEST_F(CudaEngine, SparseBootstrapsGiveTheSameBytes) {
  compare([](Machine& m) {
    const int input = m.context.parameters().bootstrap_input_level();
    const ckks::Ciphertext a = m.encrypt(6, input), b = m.encrypt(7, input);
    Results out;
    out.push_back(m.sparse.real(m.evaluator, a));
    for (auto& c : m.sparse.pair(m.evaluator, a, b)) out.push_back(std::move(c));
    return out;
  });
}

// Tasks share a GPU: each thread's results are what they are alone.
/// Five digits and six special primes.
TEST(CudaDeeperSet, BootstrapsGiveTheSameBytes) {
  Machine cpu(device::Choice::cpu(2), "insecure_n10_l14"), gpu(cuda_choice(), "insecure_n10_l14");
  const auto refreshed = [](Machine& m) { return m.bytes(m.bootstrapper.real(m.evaluator, m.encrypt(30, 3))); };
  EXPECT_TRUE(refreshed(cpu) == refreshed(gpu));
}

TEST_F(CudaEngine, ThreadsSharingADeviceDoNotDisturbEachOther) {
  const ckks::Ciphertext a = gpu_->encrypt(8, 8), b = gpu_->encrypt(9, 8);
  const auto work = [&] {
    return gpu_->bytes(gpu_->evaluator.mul(gpu_->evaluator.rotate(a, 1), gpu_->evaluator.rotate(b, 3)));
  };
  const Bytes alone = work();
  std::vector<Bytes> together(4);
  {
    std::vector<std::jthread> threads;
    for (Bytes& out : together) threads.emplace_back([&] { out = work(); });
  }
  for (const Bytes& out : together) EXPECT_TRUE(out == alone);
}

TEST(CudaMemory, WhatIsReservedIsNeverExceeded) {
  device::Choice choice = cuda_choice();
  choice.memory_bytes = std::size_t{64} << 20;
  const ckks::Context context(ckks::Parameters::named("insecure_n10_l12"), choice);
  std::vector<ckks::RnsPoly> held;
  EXPECT_THROW(for (int i = 0; i < 1000; ++i) held.push_back(context.allocate({15, true})), DeviceOutOfMemory);
  EXPECT_GT(held.size(), 10u);
  EXPECT_LE(context.device().bytes_peak(), choice.memory_bytes);
  held.clear();  // and then there is room again
  EXPECT_NO_THROW(held.push_back(context.allocate({15, true})));
}

TEST(CudaLibrary, IsRefusedWithOneLineWhenItIsMissingOrNotOne) {
  device::Choice choice = cuda_choice();
  const auto refusal = [&](const std::string& library) -> std::string {
    choice.library = library;
    try {
      const ckks::Context context(ckks::Parameters::named("insecure_n10_l12"), choice);
    } catch (const DeviceUnavailable& e) { return e.what(); }
    return "none";
  };
  EXPECT_NE(refusal("").find("fetch_cuda.sh"), std::string::npos);
  EXPECT_NE(refusal("/nowhere/libhetal_cuda.so").find("/nowhere/libhetal_cuda.so"), std::string::npos);
  EXPECT_NE(refusal("libm.so.6").find("not this engine's library"), std::string::npos);
}

}  // namespace
}  // namespace hetal
