// The device layer: the only operations that read or write residues.
//
// A device has one ring: N, and a list of primes that are addressed by index. An array of limbs is contiguous in
// memory: limb i is at data + i * N and is reduced modulo prime moduli[i]. Residues are canonical, in [0, q), before
// and after every operation, so every device and every number of threads gives the same words. A polynomial is in the
// coefficient domain or in the evaluation domain; evaluations are in bit-reversed order (kernels.h). Operations are
// executed in the order of the calls; upload and download wait for the operations before them. Word* is an address on
// the device. Code above this layer must not dereference it.
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

/// Owns device memory, 64-byte aligned. Returns it to the device's pool on destruction. Move-only.
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

/// A view of `count` limbs at `data`, limb i modulo prime moduli[i].
struct Limbs {
  Word* data;
  const std::uint16_t* moduli;
  std::uint32_t count;
};

/// A view of a plaintext: limbs of N >> log_run words each. (A polynomial in X^(2^log_run) has each evaluation
/// 2^log_run times in a row in bit-reversed order.) data == nullptr is an absent factor, which is zero.
struct PlainLimbs {
  const Word* data;
  int log_run;
};

/// The most source primes of a conversion. The CPU sums this many products and one more before it reduces.
inline constexpr std::size_t kMaxConversionTerms = 15;

/// Precomputed constants of a conversion from `source` primes to `target` primes.
struct BaseConversion {
  BaseConversion() = default;
  BaseConversion(BaseConversion&&) = default;
  virtual ~BaseConversion() = default;  // a device may add constants in a derived class

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
  /// Threads of the host, for the operations that run there.
  virtual int threads() const = 0;

  // ---- memory ----
  /// Throws DeviceOutOfMemory. Contents are undefined.
  virtual Buffer allocate(std::size_t words) = 0;
  virtual void release(Word* data, std::size_t words) noexcept = 0;
  virtual void upload(Word* dst, const Word* host, std::size_t words) = 0;
  virtual void download(Word* host, const Word* src, std::size_t words) = 0;
  virtual void copy(Word* dst, const Word* src, std::size_t words) = 0;
  virtual void zero(Word* dst, std::size_t words) = 0;
  /// Waits until all operations so far have ended.
  virtual void synchronize() = 0;
  virtual std::size_t bytes_in_use() const = 0;
  virtual std::size_t bytes_peak() const = 0;

  // ---- domains ----
  virtual void ntt(Limbs x) = 0;
  virtual void intt(Limbs x) = 0;
  /// dst limb i = src (N signed host integers) modulo prime i; coefficient domain.
  virtual void from_signed(Limbs dst, const std::int64_t* host) = 0;
  /// dst limb i = the residues of src modulo prime `from`, as integers in (-q/2, q/2], modulo prime i; coefficient
  /// domain.
  virtual void lift_centered(Limbs dst, const Word* src, std::uint16_t from) = 0;

  /// Limb i becomes uniform modulo prime moduli[i], from ChaCha20 with `seed` and stream `stream` * 2^16 + moduli[i]. A
  /// limb does not depend on the other limbs of the call. Keys and ciphertexts store such polynomials as seeds.
  virtual void uniform(Limbs dst, const Seed& seed, std::uint64_t stream) = 0;

  // ---- pointwise; dst may be an operand ----
  virtual void add(Limbs dst, const Word* a, const Word* b) = 0;
  virtual void sub(Limbs dst, const Word* a, const Word* b) = 0;
  virtual void negate(Limbs dst, const Word* a) = 0;
  virtual void mul(Limbs dst, const Word* a, const Word* b) = 0;
  /// scalars[i] < prime i; in host memory.
  virtual void mul_scalar(Limbs dst, const Word* a, const Word* scalars) = 0;
  virtual void mul_scalar_add(Limbs dst, const Word* a, const Word* scalars) = 0;

  /// d0 = sum a0 b0, d1 = sum (a0 b1 + a1 b0), d2 = sum a1 b1 over `terms` pairs; each with dst.count limbs.
  struct TensorTerm {
    const Word *a0, *a1, *b0, *b1;
  };
  virtual void tensor(Limbs d0, Word* d1, Word* d2, const TensorTerm* terms, std::size_t count) = 0;

  /// dst[g] (+)= sum_b src[b] * plain[g * sources + b] for every g, with `shape.count` limbs modulo `shape.moduli`.
  /// Absent plaintexts are skipped. With `accumulate` the sum is added to dst.
  virtual void plain_matrix(Limbs shape, Word* const* dst, std::size_t destinations, const Word* const* src,
                            std::size_t sources, const PlainLimbs* plain, bool accumulate) = 0;

  /// dst = src under X -> X^galois, evaluation domain. dst must not be src.
  virtual void automorphism(Limbs dst, const Word* src, std::uint32_t galois) = 0;

  // ---- base change ----
  virtual std::unique_ptr<BaseConversion> conversion(std::vector<std::uint16_t> source,
                                                     std::vector<std::uint16_t> target) const;
  /// `digit` has the source limbs in the coefficient domain. dst receives their centered value modulo every target
  /// prime, in the evaluation domain.
  virtual void mod_up(Word* dst, const Word* digit, const BaseConversion& conversion) = 0;
  /// mod_up of all key-switching digits of one polynomial. `src` has the source limbs of conversions[0],
  /// conversions[1], ... one after the other, in the evaluation domain. All conversions have the same targets, and
  /// dst[d] has a limb per target. Cost: one inverse NTT per source limb; per digit, one NTT per target that is not one
  /// of its sources.
  virtual void decompose(Word* const* dst, const Word* src, const BaseConversion* const* conversions,
                         std::size_t digits) = 0;
  /// One polynomial of mod_down: `src` has target.size() limbs and `dropped` source.size() limbs, all in the evaluation
  /// domain. dst has target.size() limbs; `addend`, unless null, is added to the result. dst may be src or addend.
  struct ModDown {
    Word* dst;
    const Word *src, *dropped, *addend;
  };
  /// Divides each polynomial by the product of the source primes and rounds to nearest. The dst of a term must not be
  /// an operand of another term.
  virtual void mod_down(const ModDown* terms, std::size_t count, const BaseConversion& conversion) = 0;

  // ---- key switching ----
  /// dst0, dst1 (+)= sum_j digits[j] * keys[j].{0,1}, all in the evaluation domain. Limb i of dst is multiplied by limb
  /// key_limb[i] of the keys, so that a key with more limbs can be used for fewer.
  struct KeyDigit {
    const Word *k0, *k1;
  };
  virtual void key_product(Limbs dst0, Word* dst1, const Word* const* digits, const KeyDigit* keys, std::size_t count,
                           const std::uint32_t* key_limb, bool accumulate) = 0;
  /// One result of key_switch.
  struct SwitchTerm {
    const KeyDigit* keys;           ///< one per digit
    const std::uint32_t* key_limb;  ///< as for key_product
    std::uint32_t galois;           ///< 1: no automorphism
    Word *dst0, *dst1;
    bool accumulate;
  };
  /// Two polynomials that key_switch adds to its two sums before the automorphism. Only limbs 0 to limbs - 1 are added.
  /// Limb i is multiplied by scalars[i] unless `scalars` is null. A null part is zero.
  struct Addend {
    const Word *part0, *part1;
    const Word* scalars;
    std::uint32_t limbs;
  };
  /// For each term: dst (+)= (sum_j digits[j] * keys[j] + addend) under X -> X^galois. `shape` has the moduli and the
  /// number of limbs; its data is not used.
  virtual void key_switch(Limbs shape, const Word* const* digits, std::size_t digit_count, const Addend& addend,
                          const SwitchTerm* terms, std::size_t count) = 0;
  /// key_switch of the digits that decompose makes of `src`; the addend and the terms have the targets of the
  /// conversions as limbs. The digits are not kept: a device may multiply each as soon as it is transformed, so that it
  /// moves less memory than the two operations. `src` is not changed and may not be part of a term's dst.
  virtual void decompose_and_switch(const Word* src, const BaseConversion* const* conversions, std::size_t digits,
                                    const Addend& addend, const SwitchTerm* terms, std::size_t count) = 0;

 protected:
  Device(std::uint32_t ring_degree, std::vector<Modulus> moduli)
      : ring_degree_(ring_degree), moduli_(std::move(moduli)) {}
  std::uint32_t ring_degree_;
  std::vector<Modulus> moduli_;
};

inline Buffer::~Buffer() {
  if (data_ != nullptr) device_->release(data_, words_);
}

/// Selects a device.
struct Choice {
  std::string kind = "cpu";      ///< "cpu" or "cuda"
  int threads = 0;               ///< workers on the host; 0: one per core
  std::string cpu_path;          ///< instruction set of the host (kernel_paths.h); empty: HETAL_CPU_PATH or the fastest
  int ordinal = 0;               ///< cuda: index of the GPU among those visible to the process
  std::size_t memory_bytes = 0;  ///< cuda: allocated at once and never exceeded; 0: grows as needed
  std::string library;           ///< cuda: path of the library with the kernels

  static Choice cpu(int threads, std::string path = {}) {
    Choice out;
    out.threads = threads;
    out.cpu_path = std::move(path);
    return out;
  }
};

/// Opens a device. Throws InvalidArgument for an invalid ring or an unknown kind, DeviceUnavailable, DeviceOutOfMemory,
/// and DeviceLost if a device other than the CPU gives other results than the CPU (self_test.h).
std::unique_ptr<Device> make_device(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice);

/// Opens the CPU device with the `threads` and `cpu_path` of `choice`. Throws DeviceUnavailable if this processor lacks
/// the instruction set, and InvalidArgument for an invalid ring.
std::unique_ptr<Device> make_cpu_device(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice);

}  // namespace hetal::device
