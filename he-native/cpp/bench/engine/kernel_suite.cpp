#include "engine/kernel_suite.h"

#include <chrono>
#include <cmath>
#include <functional>
#include <random>

#include "base/error.h"
#include "build_info.h"
#include "device/cpu/kernel_paths.h"
#include "device/cpu/ntt_table.h"
#include "common/suite.h"

namespace hetal::bench {
namespace {

using device::Kernels;

constexpr int kRepetitions = 31, kCalls = 16;
constexpr std::size_t kTerms = 8;

/// The operands of one ring, the same for every path.
struct Operands {
  std::uint32_t n;
  Modulus q, other;
  std::vector<std::vector<Word>> a, b;
  std::vector<const Word*> pa, pb;
  std::vector<Word> overflow, hat;
  std::vector<std::uint32_t> index;
  std::vector<std::int64_t> integers;

  explicit Operands(std::uint32_t degree)
      : n(degree), q(nearest_ntt_prime(std::exp2(49.99), n, {})), other(nearest_ntt_prime(std::exp2(45), n, {})) {
    std::mt19937_64 random(1);
    auto residues = [&] {
      std::vector<Word> out(n);
      for (Word& w : out) w = random() % q.value();
      return out;
    };
    for (std::size_t t = 0; t < kTerms; ++t) {
      a.push_back(residues()), b.push_back(residues());
      pa.push_back(a.back().data()), pb.push_back(b.back().data());
      hat.push_back(random() % q.value());
    }
    for (std::uint32_t i = 0; i < n; ++i) {
      overflow.push_back(random() % kTerms);
      index.push_back((i / 8 * 5 % (n / 8)) * 8 + (i * 3 + i / 8) % 8);
      integers.push_back(static_cast<std::int64_t>(random()));
    }
  }
};

struct Kernel {
  const char* name;
  std::function<void(const Kernels&, const device::NttTable&, std::vector<Word>& out)> run;
};

std::vector<Kernel> list(const Operands& o) {
  const std::size_t n = o.n;
  const Word w = o.hat[0];
  return {
      {"ntt", [](const Kernels& k, const device::NttTable& t, auto& out) { k.ntt(out.data(), t); }},
      {"intt", [](const Kernels& k, const device::NttTable& t, auto& out) { k.intt(out.data(), t); }},
      {"add", [&, n](const Kernels& k, auto&, auto& out) { k.add(out.data(), o.pa[0], o.pb[0], n, o.q); }},
      {"sub", [&, n](const Kernels& k, auto&, auto& out) { k.sub(out.data(), o.pa[0], o.pb[0], n, o.q); }},
      {"negate", [&, n](const Kernels& k, auto&, auto& out) { k.negate(out.data(), o.pa[0], n, o.q); }},
      {"mul", [&, n](const Kernels& k, auto&, auto& out) { k.mul(out.data(), o.pa[0], o.pb[0], n, o.q); }},
      {"mul_scalar", [&, n, w](const Kernels& k, auto&, auto& out) { k.mul_scalar(out.data(), o.pa[0], w, n, o.q); }},
      {"sub_mul_scalar",
       [&, n, w](const Kernels& k, auto&, auto& out) { k.sub_mul_scalar(out.data(), o.pa[0], o.pb[0], w, n, o.q); }},
      {"mul_scalar_add",
       [&, n, w](const Kernels& k, auto&, auto& out) { k.mul_scalar_add(out.data(), o.pa[0], w, n, o.q); }},
      {"dot_8", [&, n](const Kernels& k, auto&,
                       auto& out) { k.dot(out.data(), o.pa.data(), o.pb.data(), kTerms, true, n, o.q); }},
      {"dot_2",
       [&, n](const Kernels& k, auto&, auto& out) { k.dot(out.data(), o.pa.data(), o.pb.data(), 2, false, n, o.q); }},
      {"dot_runs_8", [&, n](const Kernels& k, auto&,
                            auto& out) { k.dot_runs(out.data(), o.pa.data(), o.pb.data(), kTerms, true, 4, n, o.q); }},
      {"scale_for_conversion",
       [&, n, w](const Kernels& k, auto&, auto& out) {
         // The first word array of the fraction is the output that is compared.
         thread_local std::vector<Word> y;
         y.resize(n);
         std::fill(out.begin(), out.end(), 0);
         k.scale_for_conversion(y.data(), out.data(), o.pa[0], w, n, o.q);
       }},
      {"convert_8",
       [&, n](const Kernels& k, auto&, auto& out) {
         k.convert(out.data(), o.pa.data(), o.hat.data(), kTerms, o.overflow.data(), o.hat[1], n, o.q);
       }},
      {"permute", [&, n](const Kernels& k, auto&, auto& out) { k.permute(out.data(), o.pa[0], o.index.data(), n); }},
      {"from_signed",
       [&, n](const Kernels& k, auto&, auto& out) { k.from_signed(out.data(), o.integers.data(), n, o.q); }},
      {"lift_centered",
       [&, n](const Kernels& k, auto&, auto& out) { k.lift_centered(out.data(), o.pa[0], n, o.q, o.other); }},
  };
}

}  // namespace

std::vector<Run> kernels(std::uint32_t ring_degree) {
  // Transforms on a whole limb; the rest on the chunk that the device works on.
  const Operands whole(ring_degree), chunk(std::min<std::uint32_t>(ring_degree, 2048));
  const Kernels& reference = device::kPortableKernels;
  const device::NttTable reference_table(whole.q, whole.n, reference);
  std::vector<Run> out;
  for (const device::KernelPath& path : device::kernel_paths()) {
    if (!path.supported()) continue;
    const device::NttTable table(whole.q, whole.n, *path.kernels);
    Run run{{"one limb, pointwise kernels on " + std::to_string(chunk.n) + " words", "cpu/" + std::string(path.name),
             HETAL_COMMIT, whole.n, std::log2(static_cast<double>(whole.q.value())), 1},
            {}};
    const auto on_limb = list(whole), on_chunk = list(chunk);
    for (std::size_t i = 0; i < on_limb.size(); ++i) {
      const bool transform = i < 2;
      const Kernel& kernel = transform ? on_limb[i] : on_chunk[i];
      const Operands& o = transform ? whole : chunk;
      const int calls = transform ? 1 : kCalls;
      std::vector<Word> actual = o.b[1], expected = o.b[1];
      kernel.run(*path.kernels, table, actual);
      kernel.run(reference, reference_table, expected);
      if (actual != expected)
        throw NotVerified(run.setting.device + ": " + kernel.name + ": not the portable path's words");
      Entry entry{kernel.name, 0, {}, {}};
      for (int r = 0; r < kRepetitions; ++r) {
        const auto start = std::chrono::steady_clock::now();
        for (int c = 0; c < calls; ++c) kernel.run(*path.kernels, table, actual);
        entry.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() /
                                calls);
      }
      run.entries.push_back(std::move(entry));
    }
    out.push_back(std::move(run));
  }
  return out;
}

}  // namespace hetal::bench
