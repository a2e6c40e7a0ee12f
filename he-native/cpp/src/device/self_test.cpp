#include "device/self_test.h"

#include <array>
#include <functional>
#include <numeric>
#include <random>

#include "base/error.h"

namespace hetal::device {
namespace {

/// A buffer with the same words on both devices.
struct Twin {
  Buffer tested, reference;
};

class SelfTest {
 public:
  SelfTest(Device& tested, std::uint64_t seed)
      : tested_(tested),
        reference_(make_cpu_device(tested.ring_degree(), tested.moduli(), Choice::cpu(tested.threads()))),
        random_(seed),
        n_(tested.ring_degree()),
        all_(tested.moduli().size()) {
    std::iota(all_.begin(), all_.end(), std::uint16_t{0});
  }

  void run() {
    domains();
    pointwise();
    tensor();
    plain_matrix();
    automorphism();
    base_changes();
    mod_down();
    key_switch();
    decompose_and_switch();
  }

 private:
  std::vector<Word> residues(const std::vector<std::uint16_t>& moduli) {
    std::vector<Word> out;
    out.reserve(moduli.size() * n_);
    for (std::uint16_t m : moduli) {
      const Word q = tested_.moduli()[m].value();
      for (std::size_t i = 0; i < n_; ++i) {
        const Word r = random_();
        // The ends of the range occur more often than by chance.
        out.push_back(r % 32 == 0 ? 0 : r % 32 == 1 ? q - 1 : (r >> 8) % q);
      }
    }
    return out;
  }

  Twin twin(const std::vector<Word>& host) {
    Twin out{tested_.allocate(host.size()), reference_->allocate(host.size())};
    tested_.upload(out.tested.data(), host.data(), host.size());
    reference_->upload(out.reference.data(), host.data(), host.size());
    return out;
  }
  Twin twin(const std::vector<std::uint16_t>& moduli) { return twin(residues(moduli)); }
  Twin all() { return twin(all_); }
  /// A buffer for results.
  Twin blank(std::size_t limbs) {
    const std::size_t words = limbs * n_;
    Twin out{tested_.allocate(words), reference_->allocate(words)};
    tested_.zero(out.tested.data(), words);
    reference_->zero(out.reference.data(), words);
    return out;
  }
  Twin blank() { return blank(all_.size()); }

  static Limbs limbs(const Buffer& a, const std::vector<std::uint16_t>& moduli) {
    return {a.data(), moduli.data(), static_cast<std::uint32_t>(moduli.size())};
  }

  void compare(const char* what, const Twin& a) {
    std::vector<Word> actual(a.tested.words()), expected(a.tested.words());
    tested_.download(actual.data(), a.tested.data(), actual.size());
    reference_->download(expected.data(), a.reference.data(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
      require<DeviceLost>(actual[i] == expected[i], tested_.name(), ": self-test: ", what, ": limb ", i / n_,
                          " coefficient ", i % n_, ": expected ", expected[i], ", actual ", actual[i]);
    }
  }

  /// Executes body(device, pick) on both devices. pick returns the buffer of a twin on that device.
  template <typename Body>
  void both(const Body& body) {
    body(tested_, [](const Twin& t) { return t.tested.data(); });
    body(*reference_, [](const Twin& t) { return t.reference.data(); });
  }

  Limbs limbs_at(Word* data) const { return {data, all_.data(), static_cast<std::uint32_t>(all_.size())}; }

  void domains() {
    const Twin x = all();
    both([&](Device& d, auto at) { d.ntt(limbs_at(at(x))); });
    compare("ntt", x);
    both([&](Device& d, auto at) { d.intt(limbs_at(at(x))); });
    compare("intt", x);
    std::vector<std::int64_t> integers(n_);
    for (auto& v : integers) v = static_cast<std::int64_t>(random_()) >> random_() % 60;
    integers[0] = INT64_MIN, integers[1] = INT64_MAX, integers[2] = 0, integers[3] = -1;
    both([&](Device& d, auto at) { d.from_signed(limbs_at(at(x)), integers.data()); });
    compare("from_signed", x);
    const Twin low = twin(std::vector<std::uint16_t>{0});
    both([&](Device& d, auto at) { d.lift_centered(limbs_at(at(x)), at(low), 0); });
    compare("lift_centered", x);
    Seed seed{};
    seed[0] = static_cast<std::uint8_t>(random_());
    both([&](Device& d, auto at) { d.uniform(limbs_at(at(x)), seed, 3); });
    compare("uniform", x);
    both([&](Device& d, auto at) { d.zero(at(x), n_); });
    both([&](Device& d, auto at) { d.copy(at(x) + n_, at(low), n_); });
    compare("copy", x);
  }

  void pointwise() {
    const Twin a = all(), b = all(), out = blank();
    std::vector<Word> scalars;
    for (const Modulus& q : tested_.moduli()) scalars.push_back(random_() % q.value());
    both([&](Device& d, auto at) { d.add(limbs_at(at(out)), at(a), at(b)); });
    compare("add", out);
    both([&](Device& d, auto at) { d.sub(limbs_at(at(out)), at(a), at(b)); });
    compare("sub", out);
    both([&](Device& d, auto at) { d.negate(limbs_at(at(out)), at(a)); });
    compare("negate", out);
    both([&](Device& d, auto at) { d.mul(limbs_at(at(out)), at(a), at(b)); });
    compare("mul", out);
    both([&](Device& d, auto at) { d.mul_scalar(limbs_at(at(out)), at(a), scalars.data()); });
    compare("mul_scalar", out);
    both([&](Device& d, auto at) { d.mul_scalar_add(limbs_at(at(out)), at(b), scalars.data()); });
    compare("mul_scalar_add", out);
    both([&](Device& d, auto at) { d.add(limbs_at(at(out)), at(out), at(out)); });
    compare("add in place", out);
  }

  void tensor() {
    const Twin a0 = all(), a1 = all(), b0 = all(), b1 = all(), d0 = blank(), d1 = blank(), d2 = blank();
    for (std::size_t count : {std::size_t{1}, std::size_t{3}, std::size_t{17}}) {
      both([&](Device& d, auto at) {
        const std::vector<Device::TensorTerm> terms(count, {at(a0), at(a1), at(b0), at(b1)});
        d.tensor(limbs_at(at(d0)), at(d1), at(d2), terms.data(), terms.size());
      });
      compare("tensor, part 0", d0);
      compare("tensor, part 1", d1);
      compare("tensor, part 2", d2);
    }
  }

  void plain_matrix() {
    constexpr std::size_t kSources = 18, kDestinations = 9;
    const Twin a = all(), b = all(), plain = all(), short_plain = twin(shortened(residues(all_), 2));
    std::vector<Twin> out;
    for (std::size_t g = 0; g < kDestinations; ++g) out.push_back(blank());
    for (bool accumulate : {false, true}) {
      both([&](Device& d, auto at) {
        std::vector<Word*> dst;
        std::vector<const Word*> src;
        std::vector<PlainLimbs> factors;
        for (const Twin& t : out) dst.push_back(at(t));
        for (std::size_t s = 0; s < kSources; ++s) src.push_back(s % 2 == 0 ? at(a) : at(b));
        for (std::size_t i = 0; i < kDestinations * kSources; ++i) {
          factors.push_back(i % 3 == 0   ? PlainLimbs{at(plain), 0}
                            : i % 3 == 1 ? PlainLimbs{at(short_plain), 2}
                                         : PlainLimbs{nullptr, 0});
        }
        d.plain_matrix(limbs_at(at(out[0])), dst.data(), dst.size(), src.data(), src.size(), factors.data(),
                       accumulate);
      });
      for (const Twin& t : out) compare("plain_matrix", t);
    }
  }

  static std::vector<Word> shortened(const std::vector<Word>& words, int log_run) {
    std::vector<Word> out;
    for (std::size_t i = 0; i < words.size(); i += std::size_t{1} << log_run) out.push_back(words[i]);
    return out;
  }

  void automorphism() {
    const Twin a = all(), out = blank();
    for (std::uint32_t galois : {5u, 2 * n_ - 1, 25u % (2 * n_)}) {
      both([&](Device& d, auto at) { d.automorphism(limbs_at(at(out)), at(a), galois); });
      compare("automorphism", out);
    }
  }

  /// The sources [begin, end) in digits of at most kMaxConversionTerms.
  std::vector<std::vector<std::uint16_t>> digits(std::size_t count) const {
    std::vector<std::vector<std::uint16_t>> out;
    for (std::size_t begin = 0; begin < all_.size() && out.size() < count;) {
      // The sizes 1, 3, 8 and 15 use every layout of a conversion kernel.
      const std::size_t sizes[] = {1, 3, 8, kMaxConversionTerms};
      const std::size_t size = std::min(sizes[out.size() % 4], all_.size() - begin);
      out.emplace_back(all_.begin() + static_cast<std::ptrdiff_t>(begin),
                       all_.begin() + static_cast<std::ptrdiff_t>(begin + size));
      begin += size;
    }
    return out;
  }

  void base_changes() {
    const auto parts = digits(4);
    const Twin out = blank(), x = all(), last = twin(parts.back());
    std::vector<Twin> digit;
    for (std::size_t d = 0; d < parts.size(); ++d) digit.push_back(blank());
    both([&](Device& d, auto at) {
      const auto conversion = d.conversion(parts.back(), all_);
      d.mod_up(at(out), at(last), *conversion);
    });
    compare("mod_up", out);
    both([&](Device& d, auto at) {
      std::vector<std::unique_ptr<BaseConversion>> conversions;
      std::vector<const BaseConversion*> pointers;
      std::vector<Word*> dst;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        conversions.push_back(d.conversion(parts[i], all_));
        pointers.push_back(conversions.back().get());
        dst.push_back(at(digit[i]));
      }
      d.decompose(dst.data(), at(x), pointers.data(), pointers.size());
    });
    for (const Twin& t : digit) compare("decompose", t);
  }

  /// Two terms with destinations of their own; then a third, which has those of the first.
  void decompose_and_switch() {
    const auto parts = digits(4);
    const Twin x = all();
    std::vector<Twin> key;  // the second half of a digit's key is the first half of the next digit's
    for (std::size_t j = 0; j < parts.size(); ++j) key.push_back(all());
    std::vector<std::uint32_t> turned(all_.size());
    std::iota(turned.rbegin(), turned.rend(), 0u);
    const Twin part0 = all(), part1 = all(), sum0 = all(), sum1 = all(), other0 = blank(), other1 = blank();
    std::vector<Word> scalars;
    for (const Modulus& q : tested_.moduli()) scalars.push_back(random_() % q.value());
    const auto some = static_cast<std::uint32_t>((all_.size() + 1) / 2);
    for (int kind = 0; kind < 4; ++kind) {
      const bool shared = kind / 2 == 1, scaled = kind % 2 == 1;
      both([&](Device& d, auto at) {
        std::vector<std::unique_ptr<BaseConversion>> conversions;
        std::vector<const BaseConversion*> pointers;
        std::vector<Device::KeyDigit> keys;
        for (std::size_t j = 0; j < parts.size(); ++j) {
          conversions.push_back(d.conversion(parts[j], all_));
          pointers.push_back(conversions.back().get());
          keys.push_back({at(key[j]), at(key[(j + 1) % parts.size()])});
        }
        std::vector<Device::SwitchTerm> terms{{keys.data(), turned.data(), 5, at(sum0), at(sum1), true},
                                              {keys.data(), turned.data(), 1, at(other0), at(other1), false}};
        if (shared) terms.push_back({keys.data(), turned.data(), 2 * n_ - 1, at(sum0), at(sum1), true});
        const Device::Addend addend{at(part0), scaled ? nullptr : at(part1), scaled ? scalars.data() : nullptr, some};
        d.decompose_and_switch(at(x), pointers.data(), pointers.size(), addend, terms.data(), terms.size());
      });
      for (const Twin* t : {&sum0, &sum1, &other0, &other1}) compare("decompose_and_switch", *t);
    }
  }

  void mod_down() {
    if (all_.size() < 2) return;
    for (std::size_t dropped : {std::size_t{1}, std::min<std::size_t>(8, all_.size() / 2)}) {
      const auto cut = all_.end() - static_cast<std::ptrdiff_t>(dropped);
      const std::vector<std::uint16_t> kept(all_.begin(), cut), top(cut, all_.end());
      const Twin a = all(), b = all(), addend = twin(kept), out = blank(kept.size()), second = blank(kept.size());
      const std::size_t at_top = kept.size() * n_;
      both([&](Device& d, auto at) {
        const auto conversion = d.conversion(top, kept);
        const Device::ModDown terms[] = {{at(out), at(a), at(a) + at_top, nullptr},
                                         {at(second), at(b), at(b) + at_top, at(addend)}};
        d.mod_down(terms, 2, *conversion);
        // In place.
        const Device::ModDown in_place[] = {{at(a), at(a), at(a) + at_top, nullptr},
                                            {at(addend), at(b), at(b) + at_top, at(addend)}};
        d.mod_down(in_place, 2, *conversion);
      });
      compare("mod_down", out);
      compare("mod_down with an addend", second);
      compare("mod_down in place", a);
      compare("mod_down onto the addend", addend);
    }
  }

  void key_switch() {
    constexpr std::size_t kDigits = 4, kTerms = 10;
    std::vector<Twin> digit, k0, k1;
    for (std::size_t j = 0; j < kDigits; ++j) digit.push_back(all()), k0.push_back(all()), k1.push_back(all());
    // The limbs of the keys are permuted, so that an error in the use of key_limb shows.
    std::vector<std::uint32_t> straight(all_.size());
    std::iota(straight.begin(), straight.end(), 0u);
    const Twin part0 = all(), part1 = all(), sum0 = blank(), sum1 = blank(), other0 = blank(), other1 = blank();
    std::vector<Word> scalars;
    for (const Modulus& q : tested_.moduli()) scalars.push_back(random_() % q.value());
    const auto some = static_cast<std::uint32_t>((all_.size() + 1) / 2);
    for (bool scaled : {false, true}) {
      both([&](Device& d, auto at) {
        std::vector<const Word*> digits;
        std::vector<Device::KeyDigit> keys;
        std::vector<Device::SwitchTerm> terms;
        for (std::size_t j = 0; j < kDigits; ++j) {
          digits.push_back(at(digit[j]));
          keys.push_back({at(k0[j]), at(k1[j])});
        }
        const std::uint32_t galois[] = {5, 1, 2 * n_ - 1};
        for (std::size_t t = 0; t < kTerms; ++t) {
          const bool apart = t == 3;
          terms.push_back({keys.data(), straight.data(), galois[t % 3], at(apart ? other0 : sum0),
                           at(apart ? other1 : sum1), t > 0 && !apart});
        }
        const Device::Addend addend{at(part0), scaled ? nullptr : at(part1), scaled ? scalars.data() : nullptr, some};
        d.key_switch(limbs_at(nullptr), digits.data(), digits.size(), addend, terms.data(), terms.size());
      });
      for (const Twin* t : {&sum0, &sum1, &other0, &other1}) compare("key_switch", *t);
    }
    both([&](Device& d, auto at) {
      const Device::KeyDigit key{at(k0[0]), at(k1[0])};
      const Word* const digits[] = {at(digit[0])};
      d.key_product(limbs_at(at(sum0)), at(sum1), digits, &key, 1, straight.data(), true);
    });
    compare("key_product", sum0);
    compare("key_product", sum1);
  }

  Device& tested_;
  std::unique_ptr<Device> reference_;
  std::mt19937_64 random_;
  std::uint32_t n_;
  std::vector<std::uint16_t> all_;
};

}  // namespace

void self_test(Device& device, std::uint64_t seed) { SelfTest(device, seed).run(); }

}  // namespace hetal::device
