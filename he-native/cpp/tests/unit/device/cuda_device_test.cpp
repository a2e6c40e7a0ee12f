// The CUDA kernels equal the CPU on every operation.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "device/cuda_choice.h"
#include "device/cuda_library.h"
#include "device/self_test.h"

namespace hetal::device {
namespace {

std::vector<Modulus> primes(std::uint32_t ring_degree, std::size_t count) {
  std::vector<Word> taken;
  std::vector<Modulus> out;
  const double bits[] = {49.9999, 41.0, 45.3, 49.0};
  while (out.size() < count) {
    out.emplace_back(nearest_ntt_prime(std::exp2(bits[out.size() % 4]), ring_degree, taken));
    taken.push_back(out.back().value());
  }
  return out;
}

/// Sets HETAL_CUDA_ARITHMETIC while it lives.
class ArithmeticSetting {
 public:
  explicit ArithmeticSetting(const char* name) { setenv("HETAL_CUDA_ARITHMETIC", name, 1); }
  ~ArithmeticSetting() { unsetenv("HETAL_CUDA_ARITHMETIC"); }
};

class CudaDevice : public ::testing::TestWithParam<std::tuple<const char*, int>> {
 protected:
  ArithmeticSetting setting{std::get<0>(GetParam())};
  std::uint32_t ring_degree = 1u << std::get<1>(GetParam());
};

// Every number of passes and of stages in a pass: 2^4 to 2^8 one pass, to 2^16 two, 2^17 three.
TEST_P(CudaDevice, EqualsTheCpuOnEveryOperation) {
  const std::size_t count = ring_degree <= 1u << 13 ? 28 : 3;
  const auto device = make_cuda_device(ring_degree, primes(ring_degree, count), cuda_choice());
  EXPECT_TRUE(device->name().starts_with("cuda/"));
  EXPECT_NO_THROW(self_test(*device, 7));
}

INSTANTIATE_TEST_SUITE_P(Rings, CudaDevice,
                         ::testing::Combine(::testing::Values("fp64", "integer"),
                                            ::testing::Values(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param)) + "_2_" +
                                  std::to_string(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace hetal::device
