// The random generator for keys and encryption, ChaCha20 (RFC 8439) with a seed from the operating system, and the
// samplers of CKKS.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hetal {

using Seed = std::array<std::uint8_t, 32>;

/// A seed that nobody else may know. It is wiped on destruction.
class SecretSeed {
 public:
  explicit SecretSeed(Seed& seed) : seed_(seed) { explicit_bzero(seed.data(), seed.size()); }
  explicit SecretSeed(Seed&& seed) : SecretSeed(seed) {}
  ~SecretSeed() { explicit_bzero(seed_.data(), seed_.size()); }
  SecretSeed(const SecretSeed&) = delete;
  SecretSeed& operator=(const SecretSeed&) = delete;
  const Seed& value() const { return seed_; }

 private:
  Seed seed_;
};

/// The ChaCha20 block function (RFC 8439, section 2.3) for `blocks` consecutive 64-bit counters, of which words 12 and
/// 13 of `state` hold the first. `out` receives the 16 words of each block, block after block.
void chacha20_blocks(const std::array<std::uint32_t, 16>& state, std::uint32_t* out, std::size_t blocks);

/// A ChaCha20 stream. The seed is the key and `stream` the nonce, so one seed gives 2^64 independent streams. The state
/// is wiped on destruction.
class Random {
 public:
  Random(const Seed& seed, std::uint64_t stream);
  ~Random();
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;

  /// 32 random bytes from the operating system. Throws std::runtime_error if they cannot be had.
  static Seed seed_from_os();
  /// For tests only.
  static Seed insecure_seed(std::uint64_t number);

  /// The next eight bytes of the stream, little-endian.
  std::uint64_t next() {
    if (at_ == blocks_.size()) refill();
    return blocks_[at_++];
  }

  /// n uniform residues in [0, q). Each candidate is the low bits of a word, as many as q has; candidates that are not
  /// below q are discarded. Stored keys and ciphertexts depend on this definition, so it must never change.
  void uniform(std::uint64_t* dst, std::size_t n, std::uint64_t q);
  /// n values, uniform in {-1, 0, 1}.
  void ternary(std::int64_t* dst, std::size_t n);
  /// A vector that is uniform among those with `weight` entries of -1 or 1 and n - weight zeros.
  void sparse_ternary(std::int64_t* dst, std::size_t n, std::size_t weight);
  /// A discrete Gaussian of standard deviation 3.19, cut off at 19 (6 deviations). Inverts a cumulative table of 63-bit
  /// precision in constant time.
  void gaussian(std::int64_t* dst, std::size_t n);

 private:
  void refill();

  static constexpr std::size_t kBlocks = 16;  // computed at a time, with vector instructions
  std::array<std::uint32_t, 16> state_;
  std::array<std::uint64_t, 8 * kBlocks> blocks_;
  std::size_t at_ = 8 * kBlocks;
};

}  // namespace hetal
