// Keys, ciphertexts and bootstraps have the same bytes on every processor: those of this file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <numbers>

#include "base/sha256.h"
#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "ckks/encoder.h"
#include "device/cpu/kernel_paths.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal {
namespace {

std::string digest(const ckks::Context& context, const ckks::Ciphertext& a) {
  Sha256 hash;
  for (const ckks::RnsPoly& part : a.parts) {
    std::vector<Word> host(static_cast<std::size_t>(context.limbs(part.basis())) * context.n());
    context.device().download(host.data(), part.data(), host.size());
    hash.update(host.data(), host.size() * sizeof(Word));
  }
  return hex(hash.finish());
}

/// Of a path of this build.
class ProcessorPath : public ::testing::TestWithParam<device::KernelPath> {};

TEST_P(ProcessorPath, EncryptsMultipliesRotatesAndBootstrapsToTheseBytes) {
  if (!GetParam().supported()) GTEST_SKIP() << "this processor does not run the path";
  const ckks::Context context(ckks::Parameters::named("insecure_n10_l12"),
                              device::Choice::cpu(2, std::string(GetParam().name)));
  const owner::SecretKey secret(context, Random::insecure_seed(1));
  owner::KeyGenerator generator(context, secret, Random::insecure_seed(2));
  const bootstrap::Bootstrapper bootstrapper(context);
  ckks::EvaluationKeys keys;
  keys.relinearization = generator.relinearization(context.parameters().eval_mod_level());
  for (const auto& [galois, level] : bootstrapper.galois_levels())
    keys.galois[galois] = generator.galois(galois, level);
  const ckks::Evaluator evaluator(context, keys);
  const std::uint32_t galois = evaluator.galois_of(1);
  if (!keys.galois.contains(galois)) keys.galois[galois] = generator.galois(galois, 15);
  generator.encapsulation(keys);
  std::vector<std::complex<double>> slots(context.parameters().slot_count());
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = (static_cast<double>(i % 200) - 100) / 128;
  const auto encrypted = owner::encrypt(context, secret, Random::insecure_seed(3), 1, slots, 9);
  EXPECT_EQ(digest(context, encrypted), "26504e5bd55fc85701428a8b7a6158aaf47f4709f82e01f42ae1607943912f53");
  EXPECT_EQ(digest(context, evaluator.rotate(evaluator.mul(encrypted, encrypted), 1)),
            "c0425f118aa11aa5b53e06372beab0b4c11f886b289611bc11743e19f6f0c27a");
  const auto low = evaluator.drop_to_level(encrypted, context.parameters().bootstrap_input_level());
  EXPECT_EQ(digest(context, bootstrapper.real(evaluator, low)),
            "4799bd7f089f56764c816fbaca28462189d3c12af662883c38eb99ba468a4a80");
  const bootstrap::SparseBootstrapper sparse(context, 64);
  for (const auto& [element, level] : sparse.galois_levels()) keys.galois[element] = generator.galois(element, level);
  for (std::size_t i = 32; i < slots.size(); ++i) slots[i] = slots[i - 32];
  const auto repeating = owner::encrypt(context, secret, Random::insecure_seed(3), 2, slots, low.level);
  EXPECT_EQ(digest(context, sparse.real(evaluator, repeating)),
            "5babf3481af32d0087f59961d1286d636e50fc0932d3b17c2e019338dbfe38ce");
  const auto both = sparse.pair(evaluator, repeating, evaluator.add(repeating, repeating));
  EXPECT_EQ(digest(context, both[0]), "dcd8d59e277d07e0daee156cec577e3e7341395ffa7db667650b6f08273ccfa2");
  EXPECT_EQ(digest(context, both[1]), "21d6c1aecae926ce3a504bef507e50c20ab54b316ba6a44c6b84945aac01d539");
}

INSTANTIATE_TEST_SUITE_P(Paths, ProcessorPath,
                         ::testing::ValuesIn(device::kernel_paths().begin(), device::kernel_paths().end()),
                         [](const auto& info) {
                           std::string name(info.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// The library's sin and cos differ between processors with and without fused multiply-add at this ring degree.
TEST(EveryProcessor, HasTheSameRootsOfUnity) {
  constexpr std::uint32_t kRingDegree = 1u << 16;
  const ckks::Encoder encoder(kRingDegree);
  Sha256 hash;
  for (std::uint32_t k = 0; k < 2 * kRingDegree; ++k) {
    const std::complex<double> z = encoder.root(k);
    const double angle = std::numbers::pi * k / kRingDegree;
    ASSERT_NEAR(z.real(), std::cos(angle), 0x1p-50) << k;
    ASSERT_NEAR(z.imag(), std::sin(angle), 0x1p-50) << k;
    hash.update(&z, sizeof z);
  }
  EXPECT_EQ(hex(hash.finish()), "e19932d2c951025804092190f0db48ee0395ac4bb54096eaa813b589094d0bff");
}

// For tests under emulation: the path that an emulated processor is expected to take.
TEST(EveryProcessor, TakesThePathThatTheTestExpects) {
  const char* const expected = std::getenv("HETAL_TEST_EXPECTED_PATH");
  const device::KernelPath& chosen = device::choose_kernel_path();
  std::cout << "cpu path: " << chosen.name << std::endl;
  if (expected == nullptr) GTEST_SKIP() << "HETAL_TEST_EXPECTED_PATH is not set";
  EXPECT_EQ(chosen.name, expected);
}

}  // namespace
}  // namespace hetal
