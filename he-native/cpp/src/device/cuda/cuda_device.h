// The device operations as kernel launches. All launches are ordered on the one stream of the runtime. Memory that one
// operation returns can therefore be used by the next, also by one of another thread. Only upload and download wait.
#pragma once

#include <algorithm>
#include <set>
#include <span>

#include "base/error.h"
#include "device/thread_pool.h"
#include "device/cuda/base_change.h"
#include "device/cuda/key_switch.h"
#include "device/cuda/ntt.h"
#include "device/cuda/pointwise.h"
#include "device/cuda/tables.h"
#include "device/device.h"
#include "device/memory_pool.h"

namespace hetal::device::cuda {

/// A conversion whose constants are on the device.
struct CudaConversion final : BaseConversion {
  explicit CudaConversion(BaseConversion host) : BaseConversion(std::move(host)) {}
  Buffer table;
  std::uint32_t converted = 0;           ///< targets that are not a source
  std::vector<std::uint32_t> own;        ///< per source the index of its target, or kNone
  std::vector<Word> inverse_shoup;       ///< Shoup constants of product_inverse
  std::vector<Word> scale, scale_shoup;  ///< hat_inverse / N, the last factor of the inverse NTT before a conversion
  static constexpr std::uint32_t kNone = ~0u;
};

/// The transform of a limb. All passes but the last write to `through`.
struct NttWork {
  NttJob job;
  Word* through;
};

template <class Runtime, class Arithmetic>
class CudaDevice final : public Device {
 public:
  CudaDevice(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice)
      : Device(ring_degree, std::move(moduli)),
        choice_(choice),
        runtime_(choice),
        workers_(choice.threads),
        memory_({[this](std::size_t words) { return take_block(words); },
                 [this](Word* block) { runtime_.give_back(block); },
                 choice.memory_bytes == 0 ? Runtime::kBlockWords : 0}) {
    while ((1u << log_degree_) < ring_degree_) ++log_degree_;
    require<InvalidArgument>(1u << log_degree_ == ring_degree_ && log_degree_ >= kMinStages && log_degree_ <= 17,
                             "ring degree: expected a power of two from 2^4 to 2^17 on a GPU, actual ", ring_degree_);
    if (choice.memory_bytes != 0) {
      require<DeviceOutOfMemory>(memory_.reserve(choice.memory_bytes / sizeof(Word)), name(), ": the ",
                                 choice.memory_bytes, " bytes that were to be reserved are not free");
      reserved_ = true;
    }
    make_tables();
  }

  std::string name() const override { return "cuda/" + runtime_.model(); }
  int threads() const override { return workers_.threads(); }

  // ---- memory ----
  Buffer allocate(std::size_t words) override {
    Word* const data = memory_.take(words);
    require<DeviceOutOfMemory>(data != nullptr, name(), ": no memory for ", words * sizeof(Word), " bytes; ",
                               bytes_in_use(), " in use",
                               reserved_ ? message(" of ", choice_.memory_bytes, " reserved") : std::string());
    return Buffer(this, data, words);
  }
  void release(Word* data, std::size_t words) noexcept override { memory_.give_back(data, words); }
  void upload(Word* dst, const Word* host, std::size_t words) override {
    runtime_.upload(dst, host, words * sizeof(Word));
  }
  void download(Word* host, const Word* src, std::size_t words) override {
    runtime_.download(host, src, words * sizeof(Word));
  }
  void copy(Word* dst, const Word* src, std::size_t words) override { runtime_.copy(dst, src, words * sizeof(Word)); }
  void zero(Word* dst, std::size_t words) override { runtime_.zero(dst, words * sizeof(Word)); }
  void synchronize() override { runtime_.synchronize(); }
  std::size_t bytes_in_use() const override { return memory_.bytes_in_use(); }
  std::size_t bytes_peak() const override { return memory_.bytes_peak(); }

  // ---- domains ----
  void ntt(Limbs x) override {
    std::vector<NttWork> work;
    for (std::uint32_t i = 0; i < x.count; ++i) work.push_back(in_place(x.data + at(i), x.moduli[i]));
    forward(work);
  }
  void intt(Limbs x) override {
    std::vector<NttWork> work;
    for (std::uint32_t i = 0; i < x.count; ++i) work.push_back(in_place(x.data + at(i), x.moduli[i]));
    inverse(work);
  }
  void from_signed(Limbs dst, const std::int64_t* host) override {
    Buffer integers = allocate(ring_degree_);
    runtime_.upload(integers.data(), host, ring_degree_ * sizeof(Word));
    each(dst, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t count) {
      pointwise(FromSignedKernel{limbs, dst.data + at(first), integers.data()}, count);
    });
  }
  void lift_centered(Limbs dst, const Word* src, std::uint16_t from) override {
    each(dst, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t count) {
      pointwise(LiftCenteredKernel{limbs, dst.data + at(first), src, moduli_[from].value()}, count);
    });
  }
  /// Computed on the host, because rejection reads the stream sequentially. Each key needs it once.
  void uniform(Limbs dst, const Seed& seed, std::uint64_t stream) override {
    std::vector<Word> host(dst.count * static_cast<std::size_t>(ring_degree_));
    workers_.parallel_for(dst.count, [&](std::size_t i) {
      Random random(seed, stream << 16 | dst.moduli[i]);
      random.uniform(host.data() + i * ring_degree_, ring_degree_, moduli_[dst.moduli[i]].value());
    });
    upload(dst.data, host.data(), host.size());
  }

  // ---- pointwise ----
  void add(Limbs dst, const Word* a, const Word* b) override { binary<Pointwise::add>(dst, a, b, nullptr); }
  void sub(Limbs dst, const Word* a, const Word* b) override { binary<Pointwise::sub>(dst, a, b, nullptr); }
  void negate(Limbs dst, const Word* a) override { binary<Pointwise::negate>(dst, a, nullptr, nullptr); }
  void mul(Limbs dst, const Word* a, const Word* b) override { binary<Pointwise::mul>(dst, a, b, nullptr); }
  void mul_scalar(Limbs dst, const Word* a, const Word* scalars) override {
    binary<Pointwise::mul_scalar>(dst, a, nullptr, scalars);
  }
  void mul_scalar_add(Limbs dst, const Word* a, const Word* scalars) override {
    binary<Pointwise::mul_scalar_add>(dst, a, nullptr, scalars);
  }

  void tensor(Limbs d0, Word* d1, Word* d2, const TensorTerm* terms, std::size_t count) override {
    each(d0, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t limb_count) {
      for (std::size_t begin = 0; begin < count; begin += kMaxTensorTerms) {
        TensorKernel kernel{limbs, d0.data + at(first), d1 + at(first), d2 + at(first), 0, begin > 0, {}};
        for (; kernel.count < kMaxTensorTerms && begin + kernel.count < count; ++kernel.count) {
          const TensorTerm& t = terms[begin + kernel.count];
          kernel.terms[kernel.count] = {t.a0 + at(first), t.a1 + at(first), t.b0 + at(first), t.b1 + at(first)};
        }
        pointwise(kernel, limb_count);
      }
    });
  }

  void plain_matrix(Limbs shape, Word* const* dst, std::size_t destinations, const Word* const* src,
                    std::size_t sources, const PlainLimbs* plain, bool accumulate) override {
    each(shape, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t count) {
      for (std::size_t g = 0; g < destinations; g += kMaxDestinations) {
        for (std::size_t s = 0; s < sources; s += kMaxSources) {
          PlainMatrixKernel kernel{limbs, first, 0, 0, accumulate || s > 0, {}, {}, {}};
          kernel.sources = static_cast<std::uint32_t>(std::min<std::size_t>(kMaxSources, sources - s));
          kernel.destinations = static_cast<std::uint32_t>(std::min<std::size_t>(kMaxDestinations, destinations - g));
          for (std::uint32_t j = 0; j < kernel.sources; ++j) kernel.src[j] = src[s + j] + at(first);
          for (std::uint32_t i = 0; i < kernel.destinations; ++i) {
            kernel.dst[i] = dst[g + i] + at(first);
            for (std::uint32_t j = 0; j < kernel.sources; ++j) {
              const PlainLimbs& p = plain[(g + i) * sources + s + j];
              kernel.plain[i * kMaxSources + j] = {p.data, static_cast<std::uint32_t>(p.log_run)};
            }
          }
          pointwise(kernel, count, kMaxSources);
        }
      }
    });
  }

  void automorphism(Limbs dst, const Word* src, std::uint32_t galois) override {
    each(dst, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t count) {
      pointwise(AutomorphismKernel{limbs, dst.data + at(first), src + at(first), galois}, count);
    });
  }

  // ---- base change ----
  std::unique_ptr<BaseConversion> conversion(std::vector<std::uint16_t> source,
                                             std::vector<std::uint16_t> target) const override;
  void mod_up(Word* dst, const Word* digit, const BaseConversion& conversion) override;
  void decompose(Word* const* dst, const Word* src, const BaseConversion* const* conversions,
                 std::size_t digits) override;
  void mod_down(const ModDown* terms, std::size_t count, const BaseConversion& conversion) override;

  // ---- key switching ----
  void key_product(Limbs dst0, Word* dst1, const Word* const* digits, const KeyDigit* keys, std::size_t count,
                   const std::uint32_t* key_limb, bool accumulate) override {
    const SwitchTerm term{keys, key_limb, 1, dst0.data, dst1, accumulate};
    key_switch(dst0, digits, count, {nullptr, nullptr, nullptr, 0}, &term, 1);
  }
  void key_switch(Limbs shape, const Word* const* digits, std::size_t digit_count, const Addend& addend,
                  const SwitchTerm* terms, std::size_t count) override;
  void decompose_and_switch(const Word* src, const BaseConversion* const* conversions, std::size_t digits,
                            const Addend& addend, const SwitchTerm* terms, std::size_t count) override;

 private:
  std::size_t at(std::size_t limb) const { return limb * ring_degree_; }
  Word* take_block(std::size_t words) { return reserved_ ? nullptr : runtime_.take(words); }

  void make_tables();
  NttWork in_place(Word* limb, std::uint16_t prime) const {
    return {{limb, limb, nullptr, nullptr, degree_inverse_[prime], degree_inverse_shoup_[prime], prime}, limb};
  }
  void forward(std::span<const NttWork> work) { transform<ForwardPass>(work, forward_twiddles(), false, 0); }
  /// All passes but the last, in place.
  void forward_but_last(std::span<const NttWork> work) { transform<ForwardPass>(work, forward_twiddles(), false, 1); }
  void inverse(std::span<const NttWork> work) { transform<InversePass>(work, inverse_twiddles(), true, 0); }
  const typename Arithmetic::Twiddle* forward_twiddles() const {
    return reinterpret_cast<const typename Arithmetic::Twiddle*>(twiddles_[0].data());
  }
  const typename Arithmetic::Twiddle* inverse_twiddles() const {
    return reinterpret_cast<const typename Arithmetic::Twiddle*>(twiddles_[1].data());
  }
  const Prime* primes() const { return reinterpret_cast<const Prime*>(primes_.data()); }

  /// The number of stages of each pass, in order.
  std::vector<std::uint32_t> passes() const;
  template <template <class, int> class Pass>
  void transform(std::span<const NttWork> work, const typename Arithmetic::Twiddle* twiddles, bool backwards,
                 std::size_t left_out);
  template <template <class, int> class Pass>
  void pass(std::uint32_t stages, const Transform<Arithmetic>& arguments, std::uint32_t jobs);
  /// Calls body(std::integral_constant<int, stages>).
  template <typename Body>
  static void with_stages(std::uint32_t stages, const Body& body) {
    switch (stages) {
      case 4:
        return body(std::integral_constant<int, 4>());
      case 5:
        return body(std::integral_constant<int, 5>());
      case 6:
        return body(std::integral_constant<int, 6>());
      case 7:
        return body(std::integral_constant<int, 7>());
      default:
        return body(std::integral_constant<int, 8>());
    }
  }
  template <class Kernel>
  void launch_pass(const Transform<Arithmetic>& arguments, std::uint32_t stages, std::uint32_t jobs) {
    Kernel kernel;
    static_cast<Transform<Arithmetic>&>(kernel) = arguments;
    const std::uint32_t columns = arguments.shape.columns, threads = (columns << stages) / kElements;
    runtime_.launch(kernel, {(ring_degree_ >> stages) / columns, jobs, threads, shared_words_of_pass(columns, stages)});
  }

  /// Calls body(limbs, index of the first, count) for groups of at most as many limbs as a launch accepts.
  template <typename Body>
  void each(Limbs shape, const Body& body) {
    for (std::uint32_t first = 0; first < shape.count; first += kMaxLimbs) {
      const std::uint32_t count = std::min(kMaxLimbs, shape.count - first);
      LimbSet limbs{primes(), log_degree_, {}};
      std::copy_n(shape.moduli + first, count, limbs.prime);
      body(limbs, first, count);
    }
  }
  /// Launches a kernel with a row of blocks per limb and `shared` words of shared memory per thread.
  template <class Kernel>
  void pointwise(const Kernel& kernel, std::uint32_t limbs, std::uint32_t shared = 0) {
    const std::uint32_t span = std::min(ring_degree_, kSpan), threads = std::min(ring_degree_, kThreads);
    runtime_.launch(kernel, {ring_degree_ / span, limbs, threads, shared * threads});
  }
  template <Pointwise Operation>
  void binary(Limbs dst, const Word* a, const Word* b, const Word* scalars);

  void convert(std::span<const ConversionJob> jobs, bool scaled);
  template <std::uint32_t Terms>
  void launch_convert(std::span<const ConversionJob> jobs, std::uint32_t terms, bool scaled);
  void copy_limbs(std::span<const std::pair<const Word*, Word*>> copies);

  /// The transforms of decompose that are left after the conversion of the digits.
  std::vector<NttWork> convert_digits(Word* const* dst, const Word* src, const BaseConversion* const* conversions,
                                      std::size_t digits, bool copy_own);
  /// The common part of a launch with the limbs from `first`, without its terms.
  void set_common(KeySwitch& kernel, const LimbSet& limbs, std::uint32_t first, std::uint32_t limb_count,
                  std::size_t digits, const Addend& addend);
  void add_term(KeySwitch& kernel, const SwitchTerm& term, std::uint32_t galois, std::uint32_t first,
                std::uint32_t limb_count);
  template <int Stages>
  void launch_switch(const KeySwitch& common, std::uint32_t first, std::uint32_t limb_count, Word* const* digits,
                     const Word* src, const BaseConversion* const* conversions);

  Choice choice_;
  Runtime runtime_;
  ThreadPool workers_;
  MemoryPool memory_;
  bool reserved_ = false;
  std::uint32_t log_degree_ = 0;
  std::vector<Word> degree_inverse_, degree_inverse_shoup_;
  Buffer primes_, twiddles_[2];
};

}  // namespace hetal::device::cuda
