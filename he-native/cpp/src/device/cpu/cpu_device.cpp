// Composes the kernels into device operations. Threads work on different limbs. In a base change, a target limb is
// converted, transformed and used while it is in the cache.
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/memory_limit.h"
#include "device/cpu/kernel_paths.h"
#include "device/cpu/kernels.h"
#include "device/cpu/ntt_table.h"
#include "device/pages.h"
#include "device/thread_pool.h"
#include "device/device.h"
#include "device/memory_pool.h"

namespace hetal::device {
namespace {

static_assert(kMaxConversionTerms < kMaxLazyTerms);

/// Scratch memory of a thread, kept between calls.
Word* scratch(std::size_t words) {
  thread_local std::vector<Word> memory;
  if (memory.size() < words + 8) memory.resize(words + 8);
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  return memory.data() + (64 - address % 64) % 64 / sizeof(Word);
}

/// Coefficients that are converted together; those of nine source limbs are 9 * 4 KiB.
constexpr std::size_t kConversionChunk = 512;

constexpr std::size_t kBlockBytes = std::size_t{1} << 28;

class CpuDevice final : public Device {
 public:
  CpuDevice(std::uint32_t n, std::vector<Modulus> moduli, int threads, const KernelPath& path)
      : Device(n, std::move(moduli)), path_(path), kernels_(*path.kernels), pool_(threads) {
    tables_.reserve(moduli_.size());
    for (const Modulus& q : moduli_) tables_.emplace_back(q, n, kernels_);
  }
  std::string name() const override { return "cpu/" + std::string(path_.name); }
  int threads() const override { return pool_.threads(); }

  Buffer allocate(std::size_t words) override {
    Word* data = memory_.take(words);
    if (data == nullptr) {
      throw DeviceOutOfMemory(message("cpu: no memory for ", words * sizeof(Word), " bytes; ", bytes_in_use(),
                                      " in use, ", memory_left(), " left on the machine or in the container"));
    }
    return Buffer(this, data, words);
  }
  void release(Word* data, std::size_t words) noexcept override { memory_.give_back(data, words); }
  void upload(Word* dst, const Word* host, std::size_t words) override { std::memcpy(dst, host, words * sizeof(Word)); }
  void download(Word* host, const Word* src, std::size_t words) override {
    std::memcpy(host, src, words * sizeof(Word));
  }
  void copy(Word* dst, const Word* src, std::size_t words) override { std::memmove(dst, src, words * sizeof(Word)); }
  void zero(Word* dst, std::size_t words) override { std::memset(dst, 0, words * sizeof(Word)); }
  void synchronize() override {}
  std::size_t bytes_in_use() const override { return memory_.bytes_in_use(); }
  std::size_t bytes_peak() const override { return memory_.bytes_peak(); }

  void ntt(Limbs x) override {
    pool_.parallel_for(x.count, [&](std::size_t i) { kernels_.ntt(x.data + i * ring_degree_, tables_[x.moduli[i]]); });
  }
  void intt(Limbs x) override {
    pool_.parallel_for(x.count, [&](std::size_t i) { kernels_.intt(x.data + i * ring_degree_, tables_[x.moduli[i]]); });
  }
  void uniform(Limbs x, const Seed& seed, std::uint64_t stream) override {
    pool_.parallel_for(x.count, [&](std::size_t i) {
      Random random(seed, stream << 16 | x.moduli[i]);
      random.uniform(x.data + i * ring_degree_, ring_degree_, moduli_[x.moduli[i]].value());
    });
  }
  void from_signed(Limbs dst, const std::int64_t* host) override {
    each(dst, [&](std::size_t at, const Modulus& q) { kernels_.from_signed(dst.data + at, host, ring_degree_, q); });
  }
  void lift_centered(Limbs dst, const Word* src, std::uint16_t from) override {
    each(dst, [&](std::size_t at, const Modulus& q) {
      kernels_.lift_centered(dst.data + at, src, ring_degree_, moduli_[from], q);
    });
  }

  void add(Limbs dst, const Word* a, const Word* b) override {
    each(dst, [&](std::size_t at, const Modulus& q) { kernels_.add(dst.data + at, a + at, b + at, ring_degree_, q); });
  }
  void sub(Limbs dst, const Word* a, const Word* b) override {
    each(dst, [&](std::size_t at, const Modulus& q) { kernels_.sub(dst.data + at, a + at, b + at, ring_degree_, q); });
  }
  void negate(Limbs dst, const Word* a) override {
    each(dst, [&](std::size_t at, const Modulus& q) { kernels_.negate(dst.data + at, a + at, ring_degree_, q); });
  }
  void mul(Limbs dst, const Word* a, const Word* b) override {
    each(dst, [&](std::size_t at, const Modulus& q) { kernels_.mul(dst.data + at, a + at, b + at, ring_degree_, q); });
  }
  void mul_scalar(Limbs dst, const Word* a, const Word* scalars) override {
    each(dst, [&](std::size_t at, const Modulus& q) {
      kernels_.mul_scalar(dst.data + at, a + at, scalars[at / ring_degree_], ring_degree_, q);
    });
  }
  void mul_scalar_add(Limbs dst, const Word* a, const Word* scalars) override {
    each(dst, [&](std::size_t at, const Modulus& q) {
      kernels_.mul_scalar_add(dst.data + at, a + at, scalars[at / ring_degree_], ring_degree_, q);
    });
  }

  void tensor(Limbs d0, Word* d1, Word* d2, const TensorTerm* terms, std::size_t count) override {
    each(d0, [&](std::size_t at, const Modulus& q) {
      std::vector<const Word*> a0(count), b0(count), a1(count), b1(count), cross_a, cross_b;
      for (std::size_t t = 0; t < count; ++t) {
        a0[t] = terms[t].a0 + at, b0[t] = terms[t].b0 + at, a1[t] = terms[t].a1 + at, b1[t] = terms[t].b1 + at;
        cross_a.insert(cross_a.end(), {a0[t], a1[t]});
        cross_b.insert(cross_b.end(), {b1[t], b0[t]});
      }
      for (std::size_t c = 0; c < ring_degree_; c += chunk()) {
        dot(d0.data + at + c, a0, b0, c, false, q);
        dot(d1 + at + c, cross_a, cross_b, c, false, q);
        dot(d2 + at + c, a1, b1, c, false, q);
      }
    });
  }

  void plain_matrix(Limbs shape, Word* const* dst, std::size_t destinations, const Word* const* src,
                    std::size_t sources, const PlainLimbs* plain, bool accumulate) override {
    each(shape, [&](std::size_t at, const Modulus& q) {
      const std::size_t limb = at / ring_degree_;
      for (std::size_t c = 0; c < ring_degree_; c += chunk()) {
        for (std::size_t g = 0; g < destinations; ++g) {
          plain_row(dst[g] + at, src, sources, plain + g * sources, at, limb, c, accumulate, q);
        }
      }
    });
  }

  void automorphism(Limbs dst, const Word* src, std::uint32_t galois) override {
    const std::uint32_t* index = permutation(galois);
    each(dst, [&](std::size_t at, const Modulus&) { kernels_.permute(dst.data + at, src + at, index, ring_degree_); });
  }

  void mod_up(Word* dst, const Word* digit, const BaseConversion& conversion) override {
    convert(dst, digit, conversion);
    pool_.parallel_for(conversion.target.size(), [&](std::size_t t) {
      const std::uint16_t index = conversion.target[t];
      Word* out = dst + t * ring_degree_;
      if (const Word* own = own_limb(digit, conversion, index)) std::memcpy(out, own, ring_degree_ * sizeof(Word));
      kernels_.ntt(out, tables_[index]);
    });
  }

  void decompose(Word* const* dst, const Word* src, const BaseConversion* const* conversions,
                 std::size_t digits) override {
    const std::vector<const Word*> source = convert_digits(dst, src, conversions, digits);
    // The twiddles of a target are used for all digits while they are in the cache.
    const auto& target = conversions[0]->target;
    pool_.parallel_for(target.size(), [&](std::size_t t) {
      for (std::size_t d = 0; d < digits; ++d) {
        Word* out = dst[d] + t * ring_degree_;
        if (const Word* own = own_limb(source[d], *conversions[d], target[t])) {
          std::memcpy(out, own, ring_degree_ * sizeof(Word));
        } else {
          kernels_.ntt(out, tables_[target[t]]);
        }
      }
    });
  }

  void mod_down(const ModDown* terms, std::size_t count, const BaseConversion& conversion) override {
    for (std::size_t k = 0; k < count; ++k) mod_down(terms[k], conversion);
  }

  void key_product(Limbs dst0, Word* dst1, const Word* const* digits, const KeyDigit* keys, std::size_t count,
                   const std::uint32_t* key_limb, bool accumulate) override {
    const SwitchTerm term{keys, key_limb, 1, dst0.data, dst1, accumulate};
    key_switch(dst0, digits, count, {nullptr, nullptr, nullptr, 0}, &term, 1);
  }

  void key_switch(Limbs shape, const Word* const* digits, std::size_t digit_count, const Addend& addend,
                  const SwitchTerm* terms, std::size_t count) override {
    const auto index = permutations(terms, count);
    each(shape, [&](std::size_t at, const Modulus& q) {
      std::vector<const Word*> d(digit_count);
      for (std::size_t j = 0; j < digit_count; ++j) d[j] = digits[j] + at;
      for (std::size_t k = 0; k < count; ++k) switch_limb(at, d, addend, terms[k], index[k], q);
    });
  }

  /// The digits of a limb are multiplied while they are in the second-level cache.
  void decompose_and_switch(const Word* src, const BaseConversion* const* conversions, std::size_t digits,
                            const Addend& addend, const SwitchTerm* terms, std::size_t count) override {
    const auto& target = conversions[0]->target;
    const std::size_t n = ring_degree_;
    const auto index = permutations(terms, count);
    Buffer converted = allocate(digits * target.size() * n);
    std::vector<Word*> dst(digits);
    for (std::size_t d = 0; d < digits; ++d) dst[d] = converted.data() + d * target.size() * n;
    const std::vector<const Word*> source = convert_digits(dst.data(), src, conversions, digits);
    pool_.parallel_for(target.size(), [&](std::size_t t) {
      std::vector<const Word*> limb(digits);
      for (std::size_t d = 0; d < digits; ++d) {
        limb[d] = own_limb(source[d], *conversions[d], target[t]);
        if (limb[d] != nullptr) continue;
        Word* const out = dst[d] + t * n;
        kernels_.ntt(out, tables_[target[t]]);
        limb[d] = out;
      }
      for (std::size_t k = 0; k < count; ++k) {
        switch_limb(t * n, limb, addend, terms[k], index[k], moduli_[target[t]]);
      }
    });
  }

 private:
  /// Null if the free memory is not enough for the block and for the pages of earlier blocks that were not yet touched.
  /// Linux would grant such a block, and kill the process when it uses the memory.
  Word* take_block(std::size_t bytes) {
    const std::size_t promised = block_bytes_ - std::min(block_bytes_, bytes_peak());
    const std::uint64_t left = memory_left();
    if (left < promised || left - promised < bytes) return nullptr;
    Word* const block = static_cast<Word*>(huge_pages(bytes));
    if (block != nullptr) block_bytes_ += bytes;
    return block;
  }

  std::size_t chunk() const { return std::min<std::size_t>(ring_degree_, 2048); }

  template <typename Body>
  void each(Limbs shape, const Body& body) {
    pool_.parallel_for(shape.count, [&](std::size_t i) { body(i * ring_degree_, moduli_[shape.moduli[i]]); });
  }

  /// The sum over the chunk at `offset`, in rounds of at most kMaxLazyTerms products.
  void dot(Word* dst, const std::vector<const Word*>& a, const std::vector<const Word*>& b, std::size_t offset,
           bool accumulate, const Modulus& q) const {
    for (std::size_t first = 0; first < a.size(); first += kMaxLazyTerms) {
      const std::size_t terms = std::min(kMaxLazyTerms, a.size() - first);
      const Word *pa[kMaxLazyTerms], *pb[kMaxLazyTerms];
      for (std::size_t t = 0; t < terms; ++t) pa[t] = a[first + t] + offset, pb[t] = b[first + t] + offset;
      kernels_.dot(dst, pa, pb, terms, accumulate || first > 0, chunk(), q);
    }
  }

  void plain_row(Word* dst, const Word* const* src, std::size_t sources, const PlainLimbs* plain, std::size_t at,
                 std::size_t limb, std::size_t c, bool accumulate, const Modulus& q) const {
    bool started = accumulate;
    const Word *a[kMaxLazyTerms], *b[kMaxLazyTerms];
    std::size_t terms = 0;
    int log_run = 0;
    auto flush = [&] {
      if (terms == 0) return;
      if (log_run == 0) {
        kernels_.dot(dst + c, a, b, terms, started, chunk(), q);
      } else {
        (log_run >= 3 ? kernels_ : kPortableKernels).dot_runs(dst + c, a, b, terms, started, log_run, chunk(), q);
      }
      started = true;
      terms = 0;
    };
    for (std::size_t s = 0; s < sources; ++s) {
      if (plain[s].data == nullptr) continue;
      if (terms == kMaxLazyTerms || (terms > 0 && plain[s].log_run != log_run)) flush();
      log_run = plain[s].log_run;
      a[terms] = src[s] + at + c;
      // The run is longer than a chunk, so every word of the chunk is multiplied by the same word.
      b[terms++] = plain[s].data + limb * (ring_degree_ >> log_run) + (c >> log_run);
    }
    flush();
    if (!started) std::memset(dst + c, 0, chunk() * sizeof(Word));
  }

  /// Null where a term has no automorphism.
  std::vector<const std::uint32_t*> permutations(const SwitchTerm* terms, std::size_t count) {
    std::vector<const std::uint32_t*> out(count);
    for (std::size_t k = 0; k < count; ++k) out[k] = terms[k].galois == 1 ? nullptr : permutation(terms[k].galois);
    return out;
  }

  /// One limb of key_switch. Computes both parts chunk by chunk, so that each chunk of the digits is read once.
  void switch_limb(std::size_t at, const std::vector<const Word*>& d, const Addend& addend, const SwitchTerm& term,
                   const std::uint32_t* index, const Modulus& q) const {
    const std::size_t n = ring_degree_, limb = at / n, key_at = static_cast<std::size_t>(term.key_limb[limb]) * n;
    const bool added = limb < addend.limbs, direct = index == nullptr;
    const Word one = 1, *scalar = addend.scalars == nullptr ? &one : addend.scalars + limb;
    std::vector<const Word*> k0(d.size()), k1(d.size());
    for (std::size_t j = 0; j < d.size(); ++j) k0[j] = term.keys[j].k0 + key_at, k1[j] = term.keys[j].k1 + key_at;
    Word* const memory = direct ? nullptr : scratch(2 * n + chunk());
    Word* const sums[2] = {direct ? term.dst0 + at : memory, direct ? term.dst1 + at : memory + n};
    const Word* const parts[2] = {added ? addend.part0 : nullptr, added ? addend.part1 : nullptr};
    for (std::size_t c = 0; c < n; c += chunk()) {
      for (int i = 0; i < 2; ++i) {
        Word* const sum = sums[i] + c;
        bool started = direct && term.accumulate;
        if (parts[i] != nullptr) {
          const Word* const part = parts[i] + at + c;
          if (started) {
            kernels_.mul_scalar_add(sum, part, *scalar, chunk(), q);
          } else if (addend.scalars != nullptr) {
            kernels_.mul_scalar(sum, part, *scalar, chunk(), q);
          } else {
            std::memcpy(sum, part, chunk() * sizeof(Word));
          }
          started = true;
        }
        dot(sum, d, i == 0 ? k0 : k1, c, started, q);
      }
    }
    if (direct) return;
    for (int i = 0; i < 2; ++i)
      turn_limb((i == 0 ? term.dst0 : term.dst1) + at, sums[i], index, term.accumulate, memory + 2 * n, q);
  }

  /// dst (+)= src permuted. `piece` has room for one chunk.
  void turn_limb(Word* dst, const Word* src, const std::uint32_t* index, bool accumulate, Word* piece,
                 const Modulus& q) const {
    if (!accumulate) return kernels_.permute(dst, src, index, ring_degree_);
    for (std::size_t c = 0; c < ring_degree_; c += chunk()) {
      kernels_.permute(piece, src, index + c, chunk());
      kernels_.add(dst + c, dst + c, piece, chunk(), q);
    }
  }

  void mod_down(const ModDown& term, const BaseConversion& conversion) {
    const std::size_t n = ring_degree_, targets = conversion.target.size();
    Buffer x = allocate(conversion.source.size() * n), converted = allocate(targets * n);
    intt_from(x.data(), term.dropped, conversion.source);
    convert(converted.data(), x.data(), conversion);
    pool_.parallel_for(targets, [&](std::size_t t) {
      const Modulus& q = moduli_[conversion.target[t]];
      Word* remainder = converted.data() + t * n;
      kernels_.ntt(remainder, tables_[conversion.target[t]]);
      for (std::size_t at = t * n; at < (t + 1) * n; at += chunk()) {
        Word* out = term.dst + at;
        if (term.addend == nullptr) {
          kernels_.sub_mul_scalar(out, term.src + at, converted.data() + at, conversion.product_inverse[t], chunk(), q);
          continue;
        }
        kernels_.sub_mul_scalar(converted.data() + at, term.src + at, converted.data() + at,
                                conversion.product_inverse[t], chunk(), q);
        kernels_.add(out, converted.data() + at, term.addend + at, chunk(), q);
      }
    });
  }

  /// The first part of decompose: dst[d] receives the limbs that are not sources of digit d, in the coefficient domain.
  /// Returns the sources of each digit in `src`.
  std::vector<const Word*> convert_digits(Word* const* dst, const Word* src, const BaseConversion* const* conversions,
                                          std::size_t digits) {
    std::vector<std::uint16_t> moduli;
    std::vector<std::size_t> first;
    for (std::size_t d = 0; d < digits; ++d) {
      first.push_back(moduli.size() * ring_degree_);
      moduli.insert(moduli.end(), conversions[d]->source.begin(), conversions[d]->source.end());
    }
    Buffer coefficients = allocate(moduli.size() * ring_degree_);
    intt_from(coefficients.data(), src, moduli);
    std::vector<const Word*> out;
    for (std::size_t d = 0; d < digits; ++d) {
      convert(dst[d], coefficients.data() + first[d], *conversions[d]);
      out.push_back(src + first[d]);
    }
    return out;
  }

  /// dst = src in the coefficient domain, limb i modulo prime moduli[i].
  void intt_from(Word* dst, const Word* src, const std::vector<std::uint16_t>& moduli) {
    pool_.parallel_for(moduli.size(), [&](std::size_t i) {
      std::memcpy(dst + i * ring_degree_, src + i * ring_degree_, ring_degree_ * sizeof(Word));
      kernels_.intt(dst + i * ring_degree_, tables_[moduli[i]]);
    });
  }

  /// The position of prime `index` in `source`, if it is there.
  const Word* own_limb(const Word* source, const BaseConversion& conversion, std::uint16_t index) const {
    const auto own = std::find(conversion.source.begin(), conversion.source.end(), index);
    if (own == conversion.source.end()) return nullptr;
    return source + static_cast<std::size_t>(own - conversion.source.begin()) * ring_degree_;
  }

  /// Converts to every target limb that is not a source, in the coefficient domain. Some coefficients of all sources
  /// stay in the first-level cache while they are converted to every target.
  void convert(Word* dst, const Word* x, const BaseConversion& conversion) {
    const std::size_t n = ring_degree_, terms = conversion.source.size(),
                      step = std::min<std::size_t>(n, kConversionChunk);
    std::vector<std::size_t> targets;
    for (std::size_t t = 0; t < conversion.target.size(); ++t) {
      if (own_limb(x, conversion, conversion.target[t]) == nullptr) targets.push_back(t);
    }
    pool_.parallel_for(n / step, [&](std::size_t block) {
      const std::size_t c = block * step;
      Word* const y = scratch((terms + 1) * step);
      Word* const fraction = y + terms * step;
      const Word* rows[kMaxLazyTerms];
      std::memset(fraction, 0, step * sizeof(Word));
      for (std::size_t i = 0; i < terms; ++i) {
        rows[i] = y + i * step;
        kernels_.scale_for_conversion(y + i * step, fraction, x + i * n + c, conversion.hat_inverse[i], step,
                                      moduli_[conversion.source[i]]);
      }
      kernels_.round_fraction(fraction, step);
      for (std::size_t t : targets) {
        kernels_.convert(dst + t * n + c, rows, conversion.hat.data() + t * terms, terms, fraction,
                         conversion.negated_product[t], step, moduli_[conversion.target[t]]);
      }
    });
  }

  /// Evaluation i is that at psi^(2 bitrev(i) + 1). Under X -> X^g it becomes the evaluation at the g-th power of that
  /// point.
  const std::uint32_t* permutation(std::uint32_t galois) {
    std::lock_guard lock(mutex_);
    auto& index = permutations_[galois];
    if (index.empty()) {
      int bits = 0;
      while ((1u << bits) < ring_degree_) ++bits;
      auto reverse = [bits](std::uint32_t x) {
        std::uint32_t r = 0;
        for (int i = 0; i < bits; ++i) r |= ((x >> i) & 1u) << (bits - 1 - i);
        return r;
      };
      index.resize(ring_degree_);
      for (std::uint32_t i = 0; i < ring_degree_; ++i) {
        const std::uint64_t exponent = (2ull * reverse(i) + 1) * galois % (2ull * ring_degree_);
        index[i] = reverse(static_cast<std::uint32_t>((exponent - 1) / 2));
      }
    }
    return index.data();
  }

  const KernelPath& path_;
  const Kernels& kernels_;
  ThreadPool pool_;
  std::size_t block_bytes_ = 0;  // guarded by the pool's lock
  MemoryPool memory_{{[this](std::size_t words) { return take_block(words * sizeof(Word)); },
                      [](Word* block) { std::free(block); }, kBlockBytes / sizeof(Word)}};
  std::vector<NttTable> tables_;
  std::mutex mutex_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> permutations_;
};

}  // namespace

std::unique_ptr<Device> make_cpu_device(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice) {
  const KernelPath& path = choose_kernel_path(choice.cpu_path);
  require<InvalidArgument>(ring_degree >= 16 && (ring_degree & (ring_degree - 1)) == 0,
                           "ring degree: expected a power of two of at least 16, actual ", ring_degree);
  return std::make_unique<CpuDevice>(ring_degree, std::move(moduli), choice.threads, path);
}

}  // namespace hetal::device
