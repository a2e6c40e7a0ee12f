#include "random/random.h"

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <sys/random.h>

static_assert(std::endian::native == std::endian::little, "streams are defined little-endian");

namespace hetal {
namespace {

constexpr int kGaussianBound = 19;
constexpr double kGaussianDeviation = 3.19;

constexpr std::size_t kLanes = 16;
// One word of each of sixteen blocks. The compiler maps it to the vectors of the target.
typedef std::uint32_t Lanes __attribute__((vector_size(4 * kLanes)));

#define HETAL_ROTATE(x, bits) ((x) << (bits) | (x) >> (32 - (bits)))
#define HETAL_QUARTER(a, b, c, d)                                                                   \
  a += b, d ^= a, d = HETAL_ROTATE(d, 16), c += d, b ^= c, b = HETAL_ROTATE(b, 12), a += b, d ^= a, \
                  d = HETAL_ROTATE(d, 8), c += d, b ^= c, b = HETAL_ROTATE(b, 7)

using ChaChaBlocks = void (*)(const std::array<std::uint32_t, 16>& state, std::uint32_t* out, std::size_t blocks);

// Is compiled within each of its callers, for the vectors of that one.
[[gnu::always_inline]] inline void chacha20(const std::array<std::uint32_t, 16>& state, std::uint32_t* out,
                                            std::size_t blocks) {
  for (std::size_t first = 0; first < blocks; first += kLanes) {
    Lanes start[16], x[16];
    for (std::size_t w = 0; w < 16; ++w) start[w] = state[w] - Lanes{};
    const std::uint64_t counter = state[12] | static_cast<std::uint64_t>(state[13]) << 32;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      start[12][lane] = static_cast<std::uint32_t>(counter + first + lane);
      start[13][lane] = static_cast<std::uint32_t>((counter + first + lane) >> 32);
    }
    for (std::size_t w = 0; w < 16; ++w) x[w] = start[w];
    for (int round = 0; round < 10; ++round) {
      HETAL_QUARTER(x[0], x[4], x[8], x[12]), HETAL_QUARTER(x[1], x[5], x[9], x[13]);
      HETAL_QUARTER(x[2], x[6], x[10], x[14]), HETAL_QUARTER(x[3], x[7], x[11], x[15]);
      HETAL_QUARTER(x[0], x[5], x[10], x[15]), HETAL_QUARTER(x[1], x[6], x[11], x[12]);
      HETAL_QUARTER(x[2], x[7], x[8], x[13]), HETAL_QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (std::size_t w = 0; w < 16; ++w) x[w] += start[w];
    for (std::size_t lane = 0; lane < kLanes && first + lane < blocks; ++lane) {
      for (std::size_t w = 0; w < 16; ++w) out[(first + lane) * 16 + w] = x[w][lane];
    }
    explicit_bzero(start, sizeof start);
    explicit_bzero(x, sizeof x);
  }
}

void chacha20_baseline(const std::array<std::uint32_t, 16>& state, std::uint32_t* out, std::size_t blocks) {
  chacha20(state, out, blocks);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void chacha20_avx2(const std::array<std::uint32_t, 16>& state, std::uint32_t* out,
                                                   std::size_t blocks) {
  chacha20(state, out, blocks);
}

__attribute__((target("avx512f"))) void chacha20_avx512(const std::array<std::uint32_t, 16>& state, std::uint32_t* out,
                                                        std::size_t blocks) {
  chacha20(state, out, blocks);
}
#endif

// Not target_clones: clang 14 made one version of chacha20_blocks with it, for the widest vectors.
ChaChaBlocks fastest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return chacha20_avx512;
  if (__builtin_cpu_supports("avx2")) return chacha20_avx2;
#endif
  return chacha20_baseline;
}

}  // namespace

void chacha20_blocks(const std::array<std::uint32_t, 16>& state, std::uint32_t* out, std::size_t blocks) {
  static const ChaChaBlocks chosen = fastest();
  chosen(state, out, blocks);
}

Random::Random(const Seed& seed, std::uint64_t stream) {
  state_ = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  std::memcpy(state_.data() + 4, seed.data(), 32);
  // Words 12 and 13 are a 64-bit counter, 14 and 15 the stream. With this original ChaCha layout a stream never wraps.
  state_[12] = state_[13] = 0;
  state_[14] = static_cast<std::uint32_t>(stream), state_[15] = static_cast<std::uint32_t>(stream >> 32);
}

Random::~Random() {
  explicit_bzero(state_.data(), sizeof state_);
  explicit_bzero(blocks_.data(), sizeof blocks_);
}

Seed Random::seed_from_os() {
  Seed seed;
  for (std::size_t done = 0; done < seed.size();) {
    const ssize_t got = getrandom(seed.data() + done, seed.size() - done, 0);
    if (got < 0 && errno != EINTR) throw std::runtime_error("getrandom: the operating system gives no randomness");
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return seed;
}

Seed Random::insecure_seed(std::uint64_t number) {
  Seed seed{};
  std::memcpy(seed.data(), &number, sizeof number);
  return seed;
}

void Random::refill() {
  chacha20_blocks(state_, reinterpret_cast<std::uint32_t*>(blocks_.data()), kBlocks);
  const std::uint64_t counter = (state_[12] | static_cast<std::uint64_t>(state_[13]) << 32) + kBlocks;
  state_[12] = static_cast<std::uint32_t>(counter), state_[13] = static_cast<std::uint32_t>(counter >> 32);
  at_ = 0;
}

void Random::uniform(std::uint64_t* dst, std::size_t n, std::uint64_t q) {
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(q);
  for (std::size_t i = 0; i < n;) {
    dst[i] = next() & mask;
    i += dst[i] < q ? 1 : 0;
  }
}

void Random::ternary(std::int64_t* dst, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    std::uint64_t r;
    do r = next() & 0xffff;
    while (r == 0xffff);
    dst[i] = static_cast<std::int64_t>(r % 3) - 1;
  }
}

void Random::sparse_ternary(std::int64_t* dst, std::size_t n, std::size_t weight) {
  std::memset(dst, 0, n * sizeof *dst);
  for (std::size_t placed = 0; placed < weight;) {
    std::uint64_t at;
    uniform(&at, 1, n);
    if (dst[at] != 0) continue;
    dst[at] = (next() & 1) != 0 ? 1 : -1;
    ++placed;
  }
}

void Random::gaussian(std::int64_t* dst, std::size_t n) {
  static const std::vector<std::uint64_t> cumulative = [] {
    std::vector<double> weight;
    double total = 0;
    for (int k = -kGaussianBound; k <= kGaussianBound; ++k) {
      weight.push_back(std::exp(-k * k / (2 * kGaussianDeviation * kGaussianDeviation)));
      total += weight.back();
    }
    std::vector<std::uint64_t> out;
    double sum = 0;
    for (std::size_t i = 0; i + 1 < weight.size(); ++i) {
      sum += weight[i];
      out.push_back(static_cast<std::uint64_t>(sum / total * 0x1p63));
    }
    return out;
  }();
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t r = next() >> 1;
    std::int64_t value = -kGaussianBound;
    for (std::uint64_t threshold : cumulative) value += r >= threshold ? 1 : 0;
    dst[i] = value;
  }
}

}  // namespace hetal
