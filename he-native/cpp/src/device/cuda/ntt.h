// The negacyclic NTT and its inverse. A pass over memory computes four to eight stages; N = 2^9 .. 2^16 takes two
// passes. Within a pass, a thread computes a tile of stages in registers, exchanges values through shared memory, and
// computes the next tile. Twiddles and orders are those of device/cpu/kernels.h (NttTable).
#pragma once

#include "device/cuda/arithmetic.h"
#include "device/cuda/kernel.h"

namespace hetal::device::cuda {

/// A thread holds 2^kLogElements elements and computes kLogElements stages in registers (a tile). A block has kColumns
/// columns, or adjacent transforms. On an H200 a bootstrap takes 6 % less time with 8 elements and 8 columns than with
/// 16 and 16 (docs/cuda.md): a launch of few limbs then has more warps per multiprocessor.
inline constexpr int kLogElements = 3;
inline constexpr std::uint32_t kElements = 1u << kLogElements, kColumns = 8;
inline constexpr int kMinStages = 4, kMaxStages = 8;

/// The work of a pass on one limb.
struct NttJob {
  const Word* in;
  Word* out;  ///< may be `in`
  union {
    const Word* minuend;  ///< forward: if not null, the last pass computes out = (minuend - x) * scale + addend
    Word* copy;           ///< inverse: if not null, the first pass also writes its input there
  };
  const Word* addend;  ///< may be null
  /// The last inverse pass multiplies x by this: 1/N times a factor of the caller.
  Word scale, scale_shoup;
  std::uint32_t prime;
};
inline constexpr std::uint32_t kMaxNttJobs = 64;

/// A small transform has 2^stages elements at distance `stride`. A block computes up to kColumns of them.
struct PassShape {
  std::uint32_t log_degree;
  std::uint32_t first_stage;  ///< of the pass; stage 0 has the gap N/2
  std::uint32_t columns;

  HETAL_HD std::uint32_t log_stride(std::uint32_t stages) const { return log_degree - first_stage - stages; }
  HETAL_HD bool contiguous(std::uint32_t stages) const { return log_stride(stages) == 0; }
};

/// The part of a thread in a pass: a slice of the elements of a small transform.
struct PassPlace {
  std::uint32_t column, slice;  ///< column in the block, slice of the transform
  std::uint32_t group;          ///< index of the twiddles at the first stage
  std::uint32_t base;           ///< position of the transform's element 0 in the limb
};

template <int Stages>
HETAL_HD PassPlace pass_place(const PassShape& shape, const Place& at) {
  constexpr std::uint32_t slices = (1u << Stages) / kElements;
  const std::uint32_t log_stride = shape.log_stride(Stages);
  PassPlace out;
  // Adjacent threads read adjacent words: along a row of columns, or along the transform if it is contiguous.
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

/// The position of element j of a column in shared memory: rows of columns, or transforms one after the other. A gap
/// after each kElements words lets threads at that distance use different banks.
template <int Stages>
HETAL_HD std::uint32_t shared_index(const PassShape& shape, std::uint32_t column, std::uint32_t j) {
  if (!shape.contiguous(Stages)) return j * shape.columns + column;
  const std::uint32_t at = (column << Stages) + j;
  return at + at / kElements;
}

/// Tile `Index` of a pass: its stages, and the elements of the transform that a thread holds in it. These are kUnits
/// small transforms of 2^kStages elements each.
template <int Stages, int Index>
struct Tile {
  static constexpr int kFirst = Index * kLogElements;
  static constexpr int kStages = Stages - kFirst < kLogElements ? Stages - kFirst : kLogElements;
  static constexpr std::uint32_t kUnits = kElements >> kStages, kSize = 1u << kStages;
  static constexpr int kLogGap = Stages - kFirst - kStages;  ///< between adjacent elements of a unit

  /// Index of the transform, of those before stage kFirst, that contains the unit.
  HETAL_HD static std::uint32_t node(std::uint32_t slice, std::uint32_t unit) {
    return (slice * kUnits + unit) >> kLogGap;
  }
  /// Index of the thread's element i in the transform of the pass.
  HETAL_HD static std::uint32_t element(std::uint32_t slice, std::uint32_t i) {
    const std::uint32_t unit = slice * kUnits + i / kSize, low = unit & ((1u << kLogGap) - 1);
    return ((unit >> kLogGap) << (kLogGap + kStages)) + ((i % kSize) << kLogGap) + low;
  }
};

template <int Stages>
inline constexpr int kTiles = (Stages + kLogElements - 1) / kLogElements;

inline std::uint32_t shared_words_of_pass(std::uint32_t columns, std::uint32_t stages) {
  const std::uint32_t words = columns << stages;
  return words + words / kElements;
}

template <class Arithmetic>
struct Transform {
  const typename Arithmetic::Twiddle* twiddles;  ///< N per prime
  const Prime* primes;
  PassShape shape;
  NttJob jobs[kMaxNttJobs];
};

/// Index of a small transform's first twiddle at a stage of the pass.
HETAL_HD std::uint32_t first_twiddle(const PassShape& shape, std::uint32_t prime, const PassPlace& place, int stage) {
  return (prime << shape.log_degree) + (1u << (shape.first_stage + stage)) + (place.group << stage);
}

/// Tile `Index` of a forward pass: from `in`, if it is the first, or `shared`, to `shared`, or `out` if it is the last
/// and the elements of a transform are apart. The last tile of a pass whose transforms are contiguous writes residues
/// in [0, q), the others values between tiles.
template <class Arithmetic, int Stages, int Index>
HETAL_HD void forward_tile(const PassShape& shape, const typename Arithmetic::Twiddle* twiddles, std::uint32_t prime,
                           const Prime& p, const PassPlace& place, const Word* in, Word* out, Word* shared) {
  using Tile = Tile<Stages, Index>;
  constexpr bool kFirst = Index == 0, kLast = Index + 1 == kTiles<Stages>;
  const std::uint32_t log_stride = shape.log_stride(Stages);
  typename Arithmetic::Value x[kElements];
  HETAL_UNROLL
  for (std::uint32_t i = 0; i < kElements; ++i) {
    const std::uint32_t j = Tile::element(place.slice, i);
    if constexpr (kFirst) {
      const Word word = in[place.base + (j << log_stride)];
      x[i] = shape.first_stage == 0 ? Arithmetic::from_word(word, p) : Arithmetic::from_raw(word);
    } else {
      x[i] = Arithmetic::from_raw(shared[shared_index<Stages>(shape, place.column, j)]);
    }
  }
  HETAL_UNROLL
  for (int v = 0; v < Tile::kStages; ++v) {
    const std::uint32_t gap = Tile::kSize >> (v + 1);
    const auto* const w = twiddles + first_twiddle(shape, prime, place, Tile::kFirst + v);
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      if ((i & gap) != 0) continue;
      const std::uint32_t node = Tile::node(place.slice, i / Tile::kSize);
      Arithmetic::forward(x[i], x[i + gap], w[(node << v) + i % Tile::kSize / (2 * gap)], p);
    }
  }
  HETAL_UNROLL
  for (std::uint32_t i = 0; i < kElements; ++i) {
    const std::uint32_t j = Tile::element(place.slice, i);
    if (kLast && log_stride != 0) {
      out[place.base + (j << log_stride)] = Arithmetic::to_raw(Arithmetic::between_forward_tiles(x[i], p));
    } else {
      shared[shared_index<Stages>(shape, place.column, j)] =
          kLast ? Arithmetic::to_word(x[i], p) : Arithmetic::to_raw(Arithmetic::between_forward_tiles(x[i], p));
    }
  }
}

/// The stages first_stage .. first_stage + Stages - 1 of the forward transform.
template <class Arithmetic, int Stages>
struct ForwardPass : Transform<Arithmetic> {
  static constexpr int kPhases = kTiles<Stages> + 1;
  static constexpr unsigned kMaxThreads = kColumns * (1u << Stages) / kElements;

  template <int Phase>
  HETAL_HD void run(const Place& at, Word* shared) const {
    const NttJob& job = this->jobs[at.block_y];
    const Prime p = this->primes[job.prime];
    if constexpr (Phase < kTiles<Stages>) {
      forward_tile<Arithmetic, Stages, Phase>(this->shape, this->twiddles, job.prime, p,
                                              pass_place<Stages>(this->shape, at), job.in, job.out, shared);
    } else if (this->shape.contiguous(Stages)) {
      finish(job, p, at, shared);
    }
  }

 private:
  HETAL_HD void finish(const NttJob& job, const Prime& p, const Place& at, const Word* shared) const {
    const std::uint32_t words = this->shape.columns << Stages, base = at.block_x * words;
    for (std::uint32_t i = at.thread; i < words; i += at.threads) {
      Word x = shared[i + i / kElements];
      if (job.minuend != nullptr) {
        x = shoup_product(difference_mod(job.minuend[base + i], x, p.q), job.scale, job.scale_shoup, p.q);
        if (job.addend != nullptr) x = sum_mod(x, job.addend[base + i], p.q);
      }
      job.out[base + i] = x;
    }
  }
};

/// The same stages of the inverse transform, in reverse order.
template <class Arithmetic, int Stages>
struct InversePass : Transform<Arithmetic> {
  static constexpr int kPhases = kTiles<Stages> + 1;
  static constexpr unsigned kMaxThreads = kColumns * (1u << Stages) / kElements;
  using Value = typename Arithmetic::Value;

  template <int Phase>
  HETAL_HD void run(const Place& at, Word* shared) const {
    const NttJob& job = this->jobs[at.block_y];
    if constexpr (Phase == 0) {
      if (this->shape.contiguous(Stages)) load(job, at, shared);
    } else {
      tile<kTiles<Stages> - Phase>(job, this->primes[job.prime], pass_place<Stages>(this->shape, at), shared);
    }
  }

 private:
  HETAL_HD void load(const NttJob& job, const Place& at, Word* shared) const {
    const std::uint32_t words = this->shape.columns << Stages, base = at.block_x * words;
    for (std::uint32_t i = at.thread; i < words; i += at.threads) {
      const Word x = job.in[base + i];
      shared[i + i / kElements] = x;
      if (job.copy != nullptr) job.copy[base + i] = x;
    }
  }

  template <int Index>
  HETAL_HD void tile(const NttJob& job, const Prime& p, const PassPlace& place, Word* shared) const {
    using Tile = Tile<Stages, Index>;
    constexpr bool kFirst = Index + 1 == kTiles<Stages>, kLast = Index == 0;
    const std::uint32_t log_stride = this->shape.log_stride(Stages);
    Value x[kElements];
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      const std::uint32_t j = Tile::element(place.slice, i);
      if (kFirst && log_stride != 0) {
        x[i] = Arithmetic::from_raw(job.in[place.base + (j << log_stride)]);
      } else {
        const Word word = shared[shared_index<Stages>(this->shape, place.column, j)];
        x[i] = kFirst ? Arithmetic::from_word(word, p) : Arithmetic::from_raw(word);
      }
    }
    HETAL_UNROLL
    for (int v = Tile::kStages - 1; v >= 0; --v) {
      const std::uint32_t gap = Tile::kSize >> (v + 1);
      const auto* const w = this->twiddles + first_twiddle(this->shape, job.prime, place, Tile::kFirst + v);
      HETAL_UNROLL
      for (std::uint32_t i = 0; i < kElements; ++i) {
        if ((i & gap) != 0) continue;
        const std::uint32_t node = Tile::node(place.slice, i / Tile::kSize);
        Arithmetic::inverse(x[i], x[i + gap], w[(node << v) + i % Tile::kSize / (2 * gap)], p, Tile::kStages - 1 - v,
                            v == 0);
      }
    }
    HETAL_UNROLL
    for (std::uint32_t i = 0; i < kElements; ++i) {
      const std::uint32_t j = Tile::element(place.slice, i);
      if constexpr (kLast) {
        job.out[place.base + (j << log_stride)] =
            this->shape.first_stage == 0
                ? Arithmetic::to_word(Arithmetic::scaled(x[i], job.scale, job.scale_shoup, p), p)
                : Arithmetic::to_raw(x[i]);
      } else {
        shared[shared_index<Stages>(this->shape, place.column, j)] = Arithmetic::to_raw(x[i]);
      }
    }
  }
};

}  // namespace hetal::device::cuda
