// The negacyclic NTT and its inverse in passes over memory of four to eight stages each, two passes at N = 2^9 .. 2^16.
// A thread holds sixteen elements and does up to four stages in registers, exchanges through shared memory, and does
// the rest. Twiddles and orders are those of device/cpu/kernels.h (NttTable).
#pragma once

#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"

namespace hetal::device::cuda {

/// Elements of a thread, and columns (or neighbouring transforms) of a block.
inline constexpr std::uint32_t kElements = 16, kColumns = 16;
inline constexpr int kTileStages = 4, kMaxStages = 8;

/// One limb through one pass.
struct NttJob {
  const Word* in;
  Word* out;  ///< may be `in`
  /// After the last forward pass: out = (minuend - x) * scale + addend, where minuend is not null. addend may be null.
  const Word *minuend, *addend;
  /// After the last inverse pass x is multiplied by this: 1/N, times what the caller wants.
  Word scale, scale_shoup;
  std::uint32_t prime;
};
inline constexpr std::uint32_t kMaxNttJobs = 64;

/// 2^stages elements `stride` apart make one small transform; a block takes up to kColumns of them.
struct PassShape {
  std::uint32_t log_degree;
  std::uint32_t first_stage;  ///< of the pass, counted from the stage whose gap is N/2
  std::uint32_t columns;

  HETAL_HD std::uint32_t log_stride(std::uint32_t stages) const { return log_degree - first_stage - stages; }
  HETAL_HD bool contiguous(std::uint32_t stages) const { return log_stride(stages) == 0; }
};

/// A thread's part of a pass: which small transform, and which sixteen of its elements.
struct PassPlace {
  std::uint32_t column, slice;  ///< within the block; within the transform
  std::uint32_t group;          ///< of the twiddles at the first stage
  std::uint32_t base;           ///< of the transform's element 0 in the limb
};

template <int Stages>
HETAL_HD PassPlace pass_place(const PassShape& shape, const Place& at) {
  constexpr std::uint32_t slices = (1u << Stages) / kElements;
  const std::uint32_t log_stride = shape.log_stride(Stages);
  PassPlace out;
  // Neighbouring threads read neighbouring words: along a row of columns, or along the transform where it is
  // contiguous.
  if (log_stride == 0) {
    out.slice = at.thread % slices;
    out.column = at.thread / slices;
  } else {
    out.slice = at.thread / shape.columns;
    out.column = at.thread % shape.columns;
  }
  const std::uint32_t transform = at.block_x * shape.columns + out.column;
  out.group = transform >> log_stride;
  out.base = (out.group << (log_stride + Stages)) + (transform & ((1u << log_stride) - 1));
  return out;
}

/// Where element j of a column lies in shared memory: rows of columns, or transforms one after the other with a gap
/// after each sixteen words, so that threads sixteen words apart meet different banks.
template <int Stages>
HETAL_HD std::uint32_t shared_index(const PassShape& shape, std::uint32_t column, std::uint32_t j) {
  if (!shape.contiguous(Stages)) return j * shape.columns + column;
  const std::uint32_t at = (column << Stages) + j;
  return at + at / kElements;
}

inline std::uint32_t shared_words_of_pass(std::uint32_t columns, std::uint32_t stages) {
  const std::uint32_t words = columns << stages;
  return words + words / kElements;
}

template <class Arithmetic>
struct Transform {
  const typename Arithmetic::Twiddle* twiddles;  ///< N of each prime
  const Prime* primes;
  PassShape shape;
  NttJob jobs[kMaxNttJobs];

  /// Index of a small transform's first twiddle at a stage of the pass.
  HETAL_HD std::uint32_t first_twiddle(const NttJob& job, const PassPlace& place, int stage) const {
    return (job.prime << shape.log_degree) + (1u << (shape.first_stage + stage)) + (place.group << stage);
  }
};

/// Stages first_stage .. first_stage + Stages - 1 of the forward transform.
template <class Arithmetic, int Stages>
struct ForwardPass : Transform<Arithmetic> {
  static constexpr int kPhases = 3;
  static constexpr unsigned kMaxThreads = kColumns * (1u << Stages) / kElements;
  using Value = typename Arithmetic::Value;
  static constexpr int kSecond = Stages - kTileStages;  ///< stages of the second tile
  static constexpr std::uint32_t kSlices = (1u << Stages) / kElements;

  template <int Phase>
  HETAL_HD void run(const Place& at, Word* shared) const {
    const NttJob& job = this->jobs[at.block_y];
    const Prime p = this->primes[job.prime];
    const PassPlace place = pass_place<Stages>(this->shape, at);
    if constexpr (Phase == 0) first_tile(job, p, place, shared);
    if constexpr (Phase == 1) second_tile(job, p, place, shared);
    if constexpr (Phase == 2) {
      if (this->shape.contiguous(Stages)) finish(job, p, at, shared);
    }
  }

 private:
  HETAL_HD void first_tile(const NttJob& job, const Prime& p, const PassPlace& place, Word* shared) const {
    const std::uint32_t log_stride = this->shape.log_stride(Stages);
    Value x[kElements];
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      const Word word = job.in[place.base + ((i * kSlices + place.slice) << log_stride)];
      x[i] = this->shape.first_stage == 0 ? Arithmetic::from_word(word, p) : Arithmetic::from_raw(word);
    }
    HETAL_UNROLL
    for (int stage = 0; stage < kTileStages; ++stage) {
      const auto* const w = this->twiddles + this->first_twiddle(job, place, stage);
      const std::uint32_t gap = kElements >> (stage + 1);
      HETAL_UNROLL
      for (std::uint32_t i = 0; i < kElements; ++i) {
        if ((i & gap) == 0) Arithmetic::forward(x[i], x[i + gap], w[i / (2 * gap)], p);
      }
    }
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      shared[shared_index<Stages>(this->shape, place.column, i * kSlices + place.slice)] =
          Arithmetic::to_raw(Arithmetic::between_forward_tiles(x[i], p));
    }
  }

  HETAL_HD void second_tile(const NttJob& job, const Prime& p, const PassPlace& place, Word* shared) const {
    Value x[kElements];
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      x[i] = Arithmetic::from_raw(shared[shared_index<Stages>(this->shape, place.column, place.slice * kElements + i)]);
    }
    HETAL_UNROLL
    for (int v = 0; v < kSecond; ++v) {
      const std::uint32_t gap = 1u << (kSecond - 1 - v);
      const auto* const w =
          this->twiddles + this->first_twiddle(job, place, kTileStages + v) + place.slice * (kElements / (2 * gap));
      HETAL_UNROLL
      for (std::uint32_t i = 0; i < kElements; ++i) {
        if ((i & gap) == 0) Arithmetic::forward(x[i], x[i + gap], w[i / (2 * gap)], p);
      }
    }
    const std::uint32_t log_stride = this->shape.log_stride(Stages);
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      const std::uint32_t j = place.slice * kElements + i;
      const Word word = Arithmetic::to_raw(Arithmetic::between_forward_tiles(x[i], p));
      if (log_stride == 0) {
        shared[shared_index<Stages>(this->shape, place.column, j)] = word;
      } else {
        job.out[place.base + (j << log_stride)] = word;
      }
    }
  }

  HETAL_HD void finish(const NttJob& job, const Prime& p, const Place& at, const Word* shared) const {
    const std::uint32_t words = this->shape.columns << Stages, base = at.block_x * words;
    for (std::uint32_t i = at.thread; i < words; i += at.threads) {
      Word x = Arithmetic::to_word(Arithmetic::from_raw(shared[i + i / kElements]), p);
      if (job.minuend != nullptr) {
        x = shoup_product(difference_mod(job.minuend[base + i], x, p.q), job.scale, job.scale_shoup, p.q);
        if (job.addend != nullptr) x = sum_mod(x, job.addend[base + i], p.q);
      }
      job.out[base + i] = x;
    }
  }
};

/// The same stages of the inverse transform, last one first.
template <class Arithmetic, int Stages>
struct InversePass : Transform<Arithmetic> {
  static constexpr int kPhases = 3;
  static constexpr unsigned kMaxThreads = kColumns * (1u << Stages) / kElements;
  using Value = typename Arithmetic::Value;
  static constexpr int kSecond = Stages - kTileStages;
  static constexpr std::uint32_t kSlices = (1u << Stages) / kElements;

  template <int Phase>
  HETAL_HD void run(const Place& at, Word* shared) const {
    const NttJob& job = this->jobs[at.block_y];
    const Prime p = this->primes[job.prime];
    const PassPlace place = pass_place<Stages>(this->shape, at);
    if constexpr (Phase == 0) {
      if (this->shape.contiguous(Stages)) load(job, at, shared);
    }
    if constexpr (Phase == 1) second_tile(job, p, place, shared);
    if constexpr (Phase == 2) first_tile(job, p, place, shared);
  }

 private:
  HETAL_HD void load(const NttJob& job, const Place& at, Word* shared) const {
    const std::uint32_t words = this->shape.columns << Stages, base = at.block_x * words;
    for (std::uint32_t i = at.thread; i < words; i += at.threads) shared[i + i / kElements] = job.in[base + i];
  }

  HETAL_HD void second_tile(const NttJob& job, const Prime& p, const PassPlace& place, Word* shared) const {
    const std::uint32_t log_stride = this->shape.log_stride(Stages);
    Value x[kElements];
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      const std::uint32_t j = place.slice * kElements + i;
      x[i] = log_stride == 0 ? Arithmetic::from_word(shared[shared_index<Stages>(this->shape, place.column, j)], p)
                             : Arithmetic::from_raw(job.in[place.base + (j << log_stride)]);
    }
    HETAL_UNROLL
    for (int v = kSecond - 1; v >= 0; --v) {
      const std::uint32_t gap = 1u << (kSecond - 1 - v);
      const auto* const w =
          this->twiddles + this->first_twiddle(job, place, kTileStages + v) + place.slice * (kElements / (2 * gap));
      HETAL_UNROLL
      for (std::uint32_t i = 0; i < kElements; ++i) {
        if ((i & gap) == 0) Arithmetic::inverse(x[i], x[i + gap], w[i / (2 * gap)], p, kSecond - 1 - v, v == 0);
      }
    }
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      shared[shared_index<Stages>(this->shape, place.column, place.slice * kElements + i)] = Arithmetic::to_raw(x[i]);
    }
  }

  HETAL_HD void first_tile(const NttJob& job, const Prime& p, const PassPlace& place, Word* shared) const {
    const std::uint32_t log_stride = this->shape.log_stride(Stages);
    Value x[kElements];
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      x[i] = Arithmetic::from_raw(shared[shared_index<Stages>(this->shape, place.column, i * kSlices + place.slice)]);
    }
    HETAL_UNROLL
    for (int stage = kTileStages - 1; stage >= 0; --stage) {
      const auto* const w = this->twiddles + this->first_twiddle(job, place, stage);
      const std::uint32_t gap = kElements >> (stage + 1);
      HETAL_UNROLL
      for (std::uint32_t i = 0; i < kElements; ++i) {
        if ((i & gap) == 0) {
          Arithmetic::inverse(x[i], x[i + gap], w[i / (2 * gap)], p, kTileStages - 1 - stage, stage == 0);
        }
      }
    }
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      const std::uint32_t j = i * kSlices + place.slice;
      job.out[place.base + (j << log_stride)] =
          this->shape.first_stage == 0 ? Arithmetic::to_word(Arithmetic::scaled(x[i], job.scale, job.scale_shoup, p), p)
                                       : Arithmetic::to_raw(x[i]);
    }
  }
};

}  // namespace hetal::device::cuda
