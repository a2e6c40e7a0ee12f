// The longer operations of CudaDevice.
#pragma once

#include "device/cuda/cuda_device.h"

namespace hetal::device::cuda {

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::make_tables() {
  const std::vector<Prime> primes = primes_of(moduli_);
  primes_ = allocate(primes.size() * sizeof(Prime) / sizeof(Word));
  runtime_.upload(primes_.data(), primes.data(), primes.size() * sizeof(Prime));
  using Twiddle = typename Arithmetic::Twiddle;
  constexpr std::size_t words = sizeof(Twiddle) / sizeof(Word);
  for (int direction = 0; direction < 2; ++direction) {
    twiddles_[direction] = allocate(moduli_.size() * ring_degree_ * words);
    std::vector<std::vector<Twiddle>> host(moduli_.size());
    workers_.parallel_for(moduli_.size(), [&](std::size_t i) {
      host[i] = twiddles_of<Arithmetic>(powers_of_root(moduli_[i], ring_degree_, direction == 1), moduli_[i].value());
    });
    for (std::size_t i = 0; i < host.size(); ++i) {
      runtime_.upload(twiddles_[direction].data() + at(i) * words, host[i].data(), host[i].size() * sizeof(Twiddle));
    }
  }
  for (const Modulus& m : moduli_) {
    degree_inverse_.push_back(m.inverse(ring_degree_));
    degree_inverse_shoup_.push_back(shoup64(degree_inverse_.back(), m.value()));
  }
}

template <class Runtime, class Arithmetic>
std::vector<std::uint32_t> CudaDevice<Runtime, Arithmetic>::passes() const {
  const std::uint32_t count = (log_degree_ + kMaxStages - 1) / kMaxStages;
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0, left = log_degree_; i < count; ++i) {
    const std::uint32_t stages = (left + count - i - 1) / (count - i);
    out.push_back(stages);
    left -= stages;
  }
  return out;
}

template <class Runtime, class Arithmetic>
template <template <class, int> class Pass>
void CudaDevice<Runtime, Arithmetic>::transform(std::span<const NttWork> work,
                                                const typename Arithmetic::Twiddle* twiddles, bool backwards,
                                                std::size_t left_out) {
  const std::vector<std::uint32_t> stages = passes();
  for (std::size_t begin = 0; begin < work.size(); begin += kMaxNttJobs) {
    const std::size_t count = std::min<std::size_t>(kMaxNttJobs, work.size() - begin);
    Transform<Arithmetic> arguments{twiddles, primes(), {log_degree_, backwards ? log_degree_ : 0, 0}, {}};
    for (std::size_t j = 0; j < count; ++j) arguments.jobs[j] = work[begin + j].job;
    for (std::size_t i = 0; i + left_out < stages.size(); ++i) {
      const std::uint32_t now = stages[backwards ? stages.size() - 1 - i : i];
      if (backwards) arguments.shape.first_stage -= now;
      arguments.shape.columns = std::min(kColumns, ring_degree_ >> now);
      for (std::size_t j = 0; j < count; ++j) {
        const NttWork& w = work[begin + j];
        if (i > 0) arguments.jobs[j].in = w.through;
        arguments.jobs[j].out = i + 1 < stages.size() ? w.through : w.job.out;
      }
      pass<Pass>(now, arguments, static_cast<std::uint32_t>(count));
      if (!backwards) arguments.shape.first_stage += now;
    }
  }
}

template <class Runtime, class Arithmetic>
template <template <class, int> class Pass>
void CudaDevice<Runtime, Arithmetic>::pass(std::uint32_t stages, const Transform<Arithmetic>& arguments,
                                           std::uint32_t jobs) {
  with_stages(stages, [&](auto now) { launch_pass<Pass<Arithmetic, now>>(arguments, stages, jobs); });
}

template <class Runtime, class Arithmetic>
template <Pointwise Operation>
void CudaDevice<Runtime, Arithmetic>::binary(Limbs dst, const Word* a, const Word* b, const Word* scalars) {
  each(dst, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t count) {
    PointwiseKernel<Operation> kernel{
        limbs, dst.data + at(first), a + at(first), b == nullptr ? nullptr : b + at(first), {}, {}};
    for (std::uint32_t i = 0; scalars != nullptr && i < count; ++i) {
      kernel.scalar[i] = scalars[first + i];
      kernel.scalar_shoup[i] = shoup64(scalars[first + i], moduli_[limbs.prime[i]].value());
    }
    pointwise(kernel, count);
  });
}

template <class Runtime, class Arithmetic>
std::unique_ptr<BaseConversion> CudaDevice<Runtime, Arithmetic>::conversion(std::vector<std::uint16_t> source,
                                                                            std::vector<std::uint16_t> target) const {
  auto out = std::make_unique<CudaConversion>(std::move(*Device::conversion(std::move(source), std::move(target))));
  const std::size_t terms = out->source.size();
  std::vector<Word> table;
  for (std::uint16_t s : out->source) table.push_back(s);
  table.insert(table.end(), out->hat_inverse.begin(), out->hat_inverse.end());
  for (std::size_t i = 0; i < terms; ++i) {
    const Modulus& m = moduli_[out->source[i]];
    table.push_back(shoup64(out->hat_inverse[i], m.value()));
    out->scale.push_back(m.mul(out->hat_inverse[i], degree_inverse_[out->source[i]]));
    out->scale_shoup.push_back(shoup64(out->scale.back(), m.value()));
    const auto own = std::find(out->target.begin(), out->target.end(), out->source[i]);
    out->own.push_back(own == out->target.end() ? CudaConversion::kNone
                                                : static_cast<std::uint32_t>(own - out->target.begin()));
  }
  for (std::size_t t = 0; t < out->target.size(); ++t) {
    out->inverse_shoup.push_back(shoup64(out->product_inverse[t], moduli_[out->target[t]].value()));
    if (std::find(out->source.begin(), out->source.end(), out->target[t]) != out->source.end()) continue;
    ++out->converted;
    const Word q = moduli_[out->target[t]].value();
    table.insert(table.end(), {t, out->target[t], constant<Arithmetic>(out->negated_product[t], q)});
    for (std::size_t i = 0; i < terms; ++i) table.push_back(constant<Arithmetic>(out->hat[t * terms + i], q));
  }
  auto* const self = const_cast<CudaDevice*>(this);  // changes the memory in use, not the results of the device
  out->table = self->allocate(table.size());
  self->upload(out->table.data(), table.data(), table.size());
  return out;
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::convert(std::span<const ConversionJob> jobs, bool scaled) {
  std::uint32_t terms = 0;
  for (const ConversionJob& job : jobs) terms = std::max(terms, job.terms);
  if (terms == 1) return launch_convert<1>(jobs, terms, scaled);
  if (terms <= 4) return launch_convert<4>(jobs, terms, scaled);
  if (terms <= 8) return launch_convert<8>(jobs, terms, scaled);
  return launch_convert<15>(jobs, terms, scaled);
}

template <class Runtime, class Arithmetic>
template <std::uint32_t Terms>
void CudaDevice<Runtime, Arithmetic>::launch_convert(std::span<const ConversionJob> jobs, std::uint32_t terms,
                                                     bool scaled) {
  for (std::size_t begin = 0; begin < jobs.size(); begin += kMaxConversions) {
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(kMaxConversions, jobs.size() - begin));
    ConvertKernel<Arithmetic, Terms> kernel{primes(), log_degree_, scaled, 0, {}};
    std::uint32_t targets = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      kernel.jobs[i] = jobs[begin + i];
      targets = std::max(targets, jobs[begin + i].targets);
    }
    if (targets == 0) continue;
    kernel.blocks_of_job = (targets + kTargetsOfBlock - 1) / kTargetsOfBlock;
    const std::uint32_t threads = std::min(ring_degree_, kThreads);
    runtime_.launch(kernel, {ring_degree_ / threads, count * kernel.blocks_of_job, threads,
                             kTargetsOfBlock * ConversionTable::target_words(terms)});
  }
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::copy_limbs(std::span<const std::pair<const Word*, Word*>> copies) {
  const std::uint32_t span = std::min(ring_degree_, kSpan);
  for (std::size_t begin = 0; begin < copies.size(); begin += kMaxLimbs) {
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(kMaxLimbs, copies.size() - begin));
    CopyKernel kernel{ring_degree_, span, {}, {}};
    for (std::uint32_t i = 0; i < count; ++i) {
      kernel.src[i] = copies[begin + i].first;
      kernel.dst[i] = copies[begin + i].second;
    }
    pointwise(kernel, count);
  }
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::mod_up(Word* dst, const Word* digit, const BaseConversion& conversion) {
  const auto& c = static_cast<const CudaConversion&>(conversion);
  const ConversionJob one{digit, dst, c.table.data(), static_cast<std::uint32_t>(c.source.size()), c.converted};
  convert({&one, 1}, false);
  std::vector<std::pair<const Word*, Word*>> copies;
  for (std::size_t i = 0; i < c.source.size(); ++i) {
    if (c.own[i] != CudaConversion::kNone) copies.emplace_back(digit + at(i), dst + at(c.own[i]));
  }
  copy_limbs(copies);
  std::vector<NttWork> work;
  for (std::size_t t = 0; t < c.target.size(); ++t) work.push_back(in_place(dst + at(t), c.target[t]));
  forward(work);
}

template <class Runtime, class Arithmetic>
std::vector<NttWork> CudaDevice<Runtime, Arithmetic>::convert_digits(Word* const* dst, const Word* src,
                                                                     const BaseConversion* const* conversions,
                                                                     std::size_t digits, bool copy_own) {
  std::vector<std::size_t> first{0};
  for (std::size_t d = 0; d < digits; ++d) first.push_back(first.back() + conversions[d]->source.size());
  Buffer coefficients = allocate(at(first.back()));
  std::vector<NttWork> back, ahead;
  std::vector<ConversionJob> conversion_jobs;
  for (std::size_t d = 0; d < digits; ++d) {
    const auto& c = static_cast<const CudaConversion&>(*conversions[d]);
    for (std::size_t i = 0; i < c.source.size(); ++i) {
      const std::size_t limb = at(first[d] + i);
      Word* const out = coefficients.data() + limb;
      back.push_back({{src + limb, out, {}, nullptr, c.scale[i], c.scale_shoup[i], c.source[i]}, out});
      if (copy_own && c.own[i] != CudaConversion::kNone) back.back().job.copy = dst[d] + at(c.own[i]);
    }
    conversion_jobs.push_back({coefficients.data() + at(first[d]), dst[d], c.table.data(),
                               static_cast<std::uint32_t>(c.source.size()), c.converted});
    for (std::size_t t = 0; t < c.target.size(); ++t) {
      if (std::find(c.own.begin(), c.own.end(), t) != c.own.end()) continue;
      ahead.push_back(in_place(dst[d] + at(t), c.target[t]));
    }
  }
  inverse(back);
  convert(conversion_jobs, true);
  return ahead;
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::decompose(Word* const* dst, const Word* src,
                                                const BaseConversion* const* conversions, std::size_t digits) {
  forward(convert_digits(dst, src, conversions, digits, true));
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::mod_down(const ModDown* terms, std::size_t count,
                                               const BaseConversion& conversion) {
  const auto& c = static_cast<const CudaConversion&>(conversion);
  const std::size_t sources = c.source.size(), targets = c.target.size();
  Buffer x = allocate(at(count * sources)), converted = allocate(at(count * targets));
  std::vector<NttWork> back, ahead;
  std::vector<ConversionJob> conversions;
  for (std::size_t k = 0; k < count; ++k) {
    const ModDown& term = terms[k];
    Word *const coefficients = x.data() + at(k * sources), *const remainder = converted.data() + at(k * targets);
    for (std::size_t i = 0; i < sources; ++i) {
      Word* const out = coefficients + at(i);
      back.push_back({{term.dropped + at(i), out, {}, nullptr, c.scale[i], c.scale_shoup[i], c.source[i]}, out});
    }
    conversions.push_back({coefficients, remainder, c.table.data(), static_cast<std::uint32_t>(sources), c.converted});
    for (std::size_t t = 0; t < targets; ++t) {
      // All passes but the last write to scratch. The last one applies the other operations and writes to dst.
      Word* const in = remainder + at(t);
      ahead.push_back({{in,
                        term.dst + at(t),
                        {term.src + at(t)},
                        term.addend == nullptr ? nullptr : term.addend + at(t),
                        c.product_inverse[t],
                        c.inverse_shoup[t],
                        c.target[t]},
                       in});
    }
  }
  inverse(back);
  convert(conversions, true);
  forward(ahead);
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::set_common(KeySwitch& kernel, const LimbSet& limbs, std::uint32_t first,
                                                 std::uint32_t limb_count, std::size_t digits, const Addend& addend) {
  require<InvalidArgument>(digits <= kMaxDigits, "key switch: expected at most ", kMaxDigits,
                           " digits on a GPU, actual ", digits);
  kernel.limbs = limbs;
  kernel.digit_count = static_cast<std::uint32_t>(digits);
  kernel.count = 0;
  kernel.addend_limbs = addend.limbs <= first ? 0 : std::min(limb_count, addend.limbs - first);
  kernel.addend_scaled = addend.scalars != nullptr;
  kernel.addend0 = addend.part0 == nullptr ? nullptr : addend.part0 + at(first);
  kernel.addend1 = addend.part1 == nullptr ? nullptr : addend.part1 + at(first);
  for (std::uint32_t i = 0; addend.scalars != nullptr && i < kernel.addend_limbs; ++i) {
    kernel.scalar[i] = addend.scalars[first + i];
    kernel.scalar_shoup[i] = shoup64(kernel.scalar[i], moduli_[limbs.prime[i]].value());
  }
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::add_term(KeySwitch& kernel, const SwitchTerm& term, std::uint32_t galois,
                                               std::uint32_t first, std::uint32_t limb_count) {
  KeySwitch::Term& out = kernel.terms[kernel.count++];
  out.dst0 = term.dst0 + at(first), out.dst1 = term.dst1 + at(first);
  out.galois = galois, out.accumulate = term.accumulate;
  for (std::size_t j = 0; j < kernel.digit_count; ++j) out.k0[j] = term.keys[j].k0, out.k1[j] = term.keys[j].k1;
  for (std::uint32_t i = 0; i < limb_count; ++i) out.key_limb[i] = static_cast<std::uint16_t>(term.key_limb[first + i]);
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::key_switch(Limbs shape, const Word* const* digits, std::size_t digit_count,
                                                 const Addend& addend, const SwitchTerm* terms, std::size_t count) {
  each(shape, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t limb_count) {
    for (std::size_t begin = 0; begin < count; begin += kMaxSwitches) {
      KeySwitchKernel kernel{};
      set_common(kernel, limbs, first, limb_count, digit_count, addend);
      for (std::size_t j = 0; j < digit_count; ++j) kernel.digits[j] = digits[j] + at(first);
      for (std::size_t k = begin; k < std::min<std::size_t>(count, begin + kMaxSwitches); ++k) {
        add_term(kernel, terms[k], terms[k].galois, first, limb_count);
      }
      pointwise(kernel, limb_count);
    }
  });
}

template <class Runtime, class Arithmetic>
void CudaDevice<Runtime, Arithmetic>::decompose_and_switch(const Word* src, const BaseConversion* const* conversions,
                                                           std::size_t digits, const Addend& addend,
                                                           const SwitchTerm* terms, std::size_t count) {
  const auto& target = conversions[0]->target;
  const Limbs shape{nullptr, target.data(), static_cast<std::uint32_t>(target.size())};
  Buffer memory = allocate(at(digits * target.size()));
  std::vector<Word*> dst;
  for (std::size_t d = 0; d < digits; ++d) dst.push_back(memory.data() + at(d * target.size()));
  // A word that two terms write belongs to two threads of the common kernel.
  std::set<const Word*> destinations;
  for (std::size_t k = 0; k < count; ++k) destinations.insert({terms[k].dst0, terms[k].dst1});
  if (count > kMaxSwitches || destinations.size() < 2 * count) {
    decompose(dst.data(), src, conversions, digits);
    return key_switch(shape, dst.data(), digits, addend, terms, count);
  }
  forward_but_last(convert_digits(dst.data(), src, conversions, digits, false));
  each(shape, [&](const LimbSet& limbs, std::uint32_t first, std::uint32_t limb_count) {
    KeySwitch common{};
    set_common(common, limbs, first, limb_count, digits, addend);
    for (std::size_t k = 0; k < count; ++k) {
      add_term(common, terms[k], inverse_galois(terms[k].galois), first, limb_count);
    }
    with_stages(passes().back(),
                [&](auto stages) { launch_switch<stages>(common, first, limb_count, dst.data(), src, conversions); });
  });
}

template <class Runtime, class Arithmetic>
template <int Stages>
void CudaDevice<Runtime, Arithmetic>::launch_switch(const KeySwitch& common, std::uint32_t first,
                                                    std::uint32_t limb_count, Word* const* digits, const Word* src,
                                                    const BaseConversion* const* conversions) {
  SwitchPass<Arithmetic, Stages> kernel{};
  static_cast<KeySwitch&>(kernel) = common;
  kernel.twiddles = forward_twiddles();
  kernel.source = src;
  std::fill_n(kernel.own, limb_count, typename SwitchPass<Arithmetic, Stages>::Own{kernel.kNone, 0});
  std::uint32_t limb = 0;  // in src
  for (std::uint32_t d = 0; d < common.digit_count; ++d) {
    kernel.digits[d] = digits[d] + at(first);
    for (std::uint32_t own : static_cast<const CudaConversion&>(*conversions[d]).own) {
      if (own >= first && own < first + limb_count) {
        kernel.own[own - first] = {static_cast<std::uint16_t>(d), static_cast<std::uint16_t>(limb)};
      }
      ++limb;
    }
  }
  std::uint32_t columns = std::min(kColumns, ring_degree_ >> Stages);
  while (common.digit_count * shared_words_of_pass(columns, Stages) * sizeof(Word) > kMaxSharedBytes) columns /= 2;
  kernel.shape = {log_degree_, log_degree_ - Stages, columns};
  runtime_.launch(kernel, {(ring_degree_ >> Stages) / columns, limb_count, (columns << Stages) / kElements,
                           common.digit_count * shared_words_of_pass(columns, Stages)});
}

}  // namespace hetal::device::cuda
