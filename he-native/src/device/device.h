// The device layer: the only operations that touch residues. Everything above it works on handles.
//
// A device holds one ring: N and a list of primes, addressed by index. An array of limbs is contiguous words,
// limb i at data + i * N, reduced modulo prime moduli[i]. Residues are canonical, in [0, q), before and after
// every operation, so every device and every thread count gives the same words.
// "coefficient" and "evaluation" name the domain; evaluations are in bit-reversed order (see kernels.h).
// Operations are ordered on a stream; upload and download wait for it. Word* is a device address: code above
// this layer never dereferences it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arith/modulus.h"
#include "random/random.h"

namespace hetal::device {

class Device;

/// Move-only device memory, 64-byte aligned, given back to its device's pool when destroyed.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Device* device, Word* data, std::size_t words) : device_(device), data_(data), words_(words) {}
  Buffer(Buffer&& other) noexcept { *this = std::move(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(data_, other.data_);
    std::swap(words_, other.words_);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  Word* data() const { return data_; }
  std::size_t words() const { return words_; }

 private:
  Device* device_ = nullptr;
  Word* data_ = nullptr;
  std::size_t words_ = 0;
};

/// `count` limbs at `data`; limb i modulo prime moduli[i]. A view: it owns nothing.
struct Limbs {
  Word* data;
  const std::uint16_t* moduli;
  std::uint32_t count;
};

/// One plaintext factor: `count` limbs of N >> log_run words each (a plaintext in X^(2^log_run) repeats every
/// evaluation 2^log_run times in bit-reversed order). data == nullptr stands for an absent (zero) factor.
struct PlainLimbs {
  const Word* data;
  int log_run;
};

/// Source primes of a conversion: the CPU sums as many products, and one more, before it reduces.
inline constexpr std::size_t kMaxConversionTerms = 15;

/// Precomputed constants of one conversion from `source` primes to `target` primes.
struct BaseConversion {
  BaseConversion() = default;
  BaseConversion(BaseConversion&&) = default;
  virtual ~BaseConversion() = default;  // a device may keep constants of its own with it

  std::vector<std::uint16_t> source, target;
  std::vector<Word> hat_inverse;      ///< (Q / q_i)^-1 mod q_i, for each source
  std::vector<Word> hat;              ///< Q / q_i mod p_t, at [t * source.size() + i]
  std::vector<Word> negated_product;  ///< -Q mod p_t
  std::vector<Word> product_inverse;  ///< Q^-1 mod p_t
};

class Device {
 public:
  virtual ~Device() = default;

  std::uint32_t ring_degree() const { return ring_degree_; }
  const std::vector<Modulus>& moduli() const { return moduli_; }
  /// Kind and model: "cpu/avx512-ifma", "cuda/NVIDIA H100".
  virtual std::string name() const = 0;
  /// Of the host, for what it does beside the device.
  virtual int threads() const = 0;

  // ---- memory ----
  /// Throws DeviceOutOfMemory. Contents are undefined.
  virtual Buffer allocate(std::size_t words) = 0;
  virtual void release(Word* data, std::size_t words) noexcept = 0;
  virtual void upload(Word* dst, const Word* host, std::size_t words) = 0;
  virtual void download(Word* host, const Word* src, std::size_t words) = 0;
  virtual void copy(Word* dst, const Word* src, std::size_t words) = 0;
  virtual void zero(Word* dst, std::size_t words) = 0;
  /// Waits until everything asked for so far is done.
  virtual void synchronize() = 0;
  virtual std::size_t bytes_in_use() const = 0;
  virtual std::size_t bytes_peak() const = 0;

  // ---- domains ----
  virtual void ntt(Limbs x) = 0;
  virtual void intt(Limbs x) = 0;
  /// dst limb i = src (N signed host integers) modulo prime i; coefficient domain.
  virtual void from_signed(Limbs dst, const std::int64_t* host) = 0;
  /// dst limb i = the residues of src modulo prime `from`, taken in (-q/2, q/2]; coefficient domain.
  virtual void lift_centered(Limbs dst, const Word* src, std::uint16_t from) = 0;

  /// Limb i uniform modulo prime moduli[i], from ChaCha20 under `seed`, stream `stream` * 2^16 + moduli[i]: a limb does
  /// not depend on which others are made. Either domain: what a seed stands for in keys and ciphertexts.
  virtual void uniform(Limbs dst, const Seed& seed, std::uint64_t stream) = 0;

  // ---- pointwise; dst may be an operand ----
  virtual void add(Limbs dst, const Word* a, const Word* b) = 0;
  virtual void sub(Limbs dst, const Word* a, const Word* b) = 0;
  virtual void negate(Limbs dst, const Word* a) = 0;
  virtual void mul(Limbs dst, const Word* a, const Word* b) = 0;
  /// scalars[i] < prime i, host memory.
  virtual void mul_scalar(Limbs dst, const Word* a, const Word* scalars) = 0;
  virtual void mul_scalar_add(Limbs dst, const Word* a, const Word* scalars) = 0;

  /// d0 = sum a0 b0, d1 = sum (a0 b1 + a1 b0), d2 = sum a1 b1 over `terms` pairs; each with dst.count limbs.
  struct TensorTerm {
    const Word *a0, *a1, *b0, *b1;
  };
  virtual void tensor(Limbs d0, Word* d1, Word* d2, const TensorTerm* terms, std::size_t count) = 0;

  /// dst[g] (+)= sum_b src[b] * plain[g * sources + b], for every g; all with `shape.count` limbs of `shape.moduli`.
  /// Absent plaintexts are skipped. `accumulate` adds to what dst holds.
  virtual void plain_matrix(Limbs shape, Word* const* dst, std::size_t destinations, const Word* const* src,
                            std::size_t sources, const PlainLimbs* plain, bool accumulate) = 0;

  /// dst = src under X -> X^galois, evaluation domain; dst is not src.
  virtual void automorphism(Limbs dst, const Word* src, std::uint32_t galois) = 0;

  // ---- base change ----
  virtual std::unique_ptr<BaseConversion> conversion(std::vector<std::uint16_t> source,
                                                     std::vector<std::uint16_t> target) const;
  /// `digit` holds the source limbs in coefficient domain; dst receives the centred value modulo every target,
  /// in evaluation domain.
  virtual void mod_up(Word* dst, const Word* digit, const BaseConversion& conversion) = 0;
  /// mod_up of all key-switching digits of one polynomial: `src` has the sources of conversions[0], conversions[1], ...
  /// one after the other, in evaluation domain; all have the same targets. dst[d] has a limb for each target.
  /// Cost: one inverse NTT for each source limb, one NTT for each target of each digit that is not its own source.
  virtual void decompose(Word* const* dst, const Word* src, const BaseConversion* const* conversions,
                         std::size_t digits) = 0;
  /// One polynomial of mod_down: `src` has target.size() limbs, `dropped` source.size() ones, all in evaluation domain;
  /// dst gets target.size() limbs, plus those of `addend` unless it is null. dst may be src or addend.
  struct ModDown {
    Word* dst;
    const Word *src, *dropped, *addend;
  };
  /// Divides each by the product of the source primes and rounds to nearest. No dst is another term's operand.
  virtual void mod_down(const ModDown* terms, std::size_t count, const BaseConversion& conversion) = 0;

  // ---- key switching ----
  /// dst0, dst1 (+)= sum_j digits[j] * keys[j].{0,1}; digits and keys in evaluation domain. Key limb of dst limb i
  /// stands at index key_limb[i] of each key array, so a key made for more limbs serves at fewer.
  struct KeyDigit {
    const Word *k0, *k1;
  };
  virtual void key_product(Limbs dst0, Word* dst1, const Word* const* digits, const KeyDigit* keys, std::size_t count,
                           const std::uint32_t* key_limb, bool accumulate) = 0;
  /// One result of key_switch.
  struct SwitchTerm {
    const KeyDigit* keys;           ///< one for each digit
    const std::uint32_t* key_limb;  ///< as for key_product
    std::uint32_t galois;           ///< 1: no automorphism
    Word *dst0, *dst1;
    bool accumulate;
  };
  /// What joins part 0 and part 1 before the automorphism: `limbs` limbs from the first, times scalars[i] unless
  /// `scalars` is null. Null parts are zero.
  struct Addend {
    const Word *part0, *part1;
    const Word* scalars;
    std::uint32_t limbs;
  };
  /// For each term: dst (+)= (sum_j digits[j] * keys[j] + addend) under X -> X^galois. `shape` gives the moduli and the
  /// number of limbs; its data is not used.
  virtual void key_switch(Limbs shape, const Word* const* digits, std::size_t digit_count, const Addend& addend,
                          const SwitchTerm* terms, std::size_t count) = 0;

 protected:
  Device(std::uint32_t ring_degree, std::vector<Modulus> moduli)
      : ring_degree_(ring_degree), moduli_(std::move(moduli)) {}
  std::uint32_t ring_degree_;
  std::vector<Modulus> moduli_;
};

inline Buffer::~Buffer() {
  if (data_ != nullptr) device_->release(data_, words_);
}

/// Which device computes.
struct Choice {
  std::string kind = "cpu";      ///< "cpu" or "cuda"
  int threads = 0;               ///< workers on the host; 0: one for each core
  std::string cpu_path;          ///< the host's instruction set (kernel_paths.h); empty: HETAL_CPU_PATH or the fastest
  int ordinal = 0;               ///< cuda: which GPU of those that the process sees
  std::size_t memory_bytes = 0;  ///< cuda: taken at once and never exceeded; 0: grows as needed
  std::string library;           ///< cuda: the path of the library that holds the kernels

  static Choice cpu(int threads, std::string path = {}) {
    Choice out;
    out.threads = threads;
    out.cpu_path = std::move(path);
    return out;
  }
};

/// Throws InvalidArgument for a ring or a kind that there is not, DeviceUnavailable, DeviceOutOfMemory, and DeviceLost
/// when a device other than the CPU does not compute what the CPU does (self_test.h).
std::unique_ptr<Device> make_device(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice);

/// The CPU device with the `threads` and `cpu_path` of `choice`. Throws DeviceUnavailable for a path that this
/// processor lacks, InvalidArgument for a ring that there is not.
std::unique_ptr<Device> make_cpu_device(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice);

}  // namespace hetal::device
