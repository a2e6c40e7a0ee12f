// Randomness for keys and encryption: ChaCha20 (RFC 8439) seeded by the operating system, and the samplers of CKKS.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hetal {

using Seed = std::array<std::uint8_t, 32>;

/// The ChaCha20 block function (RFC 8439, section 2.3) on `blocks` consecutive 64-bit counters from words 12 and 13 of
/// `state`; the words of one block after those of another.
void chacha20_blocks(const std::array<std::uint32_t, 16>& state, std::uint32_t* out, std::size_t blocks);

/// A stream of ChaCha20 keyed by a seed; `stream` is the nonce, so one seed gives 2^64 independent streams.
/// The state is wiped on destruction.
class Random {
 public:
  Random(const Seed& seed, std::uint64_t stream);
  ~Random();
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;

  /// 32 bytes from the operating system; throws std::runtime_error when it has none.
  static Seed seed_from_os();
  /// For tests only.
  static Seed insecure_seed(std::uint64_t number);

  /// The next eight bytes of the stream, little-endian.
  std::uint64_t next() {
    if (at_ == blocks_.size()) refill();
    return blocks_[at_++];
  }

  /// Residues uniform in [0, q): the low bits of each word, as many as q has, words that are not below q thrown away.
  /// Seeded keys and ciphertexts depend on this definition for ever.
  void uniform(std::uint64_t* dst, std::size_t n, std::uint64_t q);
  /// Uniform in {-1, 0, 1}.
  void ternary(std::int64_t* dst, std::size_t n);
  /// `weight` entries of -1 or 1, the rest 0; uniform among those.
  void sparse_ternary(std::int64_t* dst, std::size_t n, std::size_t weight);
  /// Discrete Gaussian of standard deviation 3.19, cut at 6 deviations (19), by constant-time inversion of a 63-bit
  /// table.
  void gaussian(std::int64_t* dst, std::size_t n);

 private:
  void refill();

  static constexpr std::size_t kBlocks = 16;  // made at a time, so that the compiler can use wide instructions
  std::array<std::uint32_t, 16> state_;
  std::array<std::uint64_t, 8 * kBlocks> blocks_;
  std::size_t at_ = 8 * kBlocks;
};

}  // namespace hetal
