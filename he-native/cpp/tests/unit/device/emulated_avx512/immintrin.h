// The intrinsics that the AVX-512-IFMA kernels use, in plain C++, lane by lane, as Intel's guide defines them. Compiled
// with this header the kernels run, slowly, on every x86-64 processor, so that they are tested where there is no
// AVX-512.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

using __m128i = long long __attribute__((vector_size(16)));
using __m256i = long long __attribute__((vector_size(32)));
using __m512i = long long __attribute__((vector_size(64)));
using __mmask8 = std::uint8_t;

constexpr int _MM_HINT_T0 = 0;
inline void _mm_prefetch(const char*, int) {}

namespace hetal::emulated {

using Lanes = std::array<std::uint64_t, 8>;

inline Lanes words(__m512i v) { return std::bit_cast<Lanes>(v); }

template <typename Vector>
Vector read(const void* p) {
  Vector out;
  std::memcpy(&out, p, sizeof out);
  return out;
}

/// Lane i is f(i).
template <typename Lane>
__m512i lanes(const Lane& f) {
  Lanes out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(i);
  return std::bit_cast<__m512i>(out);
}

/// Bit i is f(i).
template <typename Bit>
__mmask8 mask(const Bit& f) {
  unsigned out = 0;
  for (std::size_t i = 0; i < 8; ++i) out |= (f(i) ? 1u : 0u) << i;
  return static_cast<__mmask8>(out);
}

constexpr std::uint64_t kLow52 = (std::uint64_t{1} << 52) - 1;
inline unsigned __int128 product52(std::uint64_t a, std::uint64_t b) {
  return static_cast<unsigned __int128>(a & kLow52) * (b & kLow52);
}

}  // namespace hetal::emulated

inline __m128i _mm_loadu_si128(const __m128i* p) { return hetal::emulated::read<__m128i>(p); }
inline __m256i _mm256_loadu_si256(const __m256i* p) { return hetal::emulated::read<__m256i>(p); }
inline __m512i _mm512_loadu_si512(const void* p) { return hetal::emulated::read<__m512i>(p); }
inline void _mm512_storeu_si512(void* p, __m512i v) { std::memcpy(p, &v, sizeof v); }

inline __m512i _mm512_setzero_si512() { return __m512i{}; }
inline __m512i _mm512_set1_epi64(long long x) { return __m512i{} + x; }
inline __m512i _mm512_set_epi64(long long e7, long long e6, long long e5, long long e4, long long e3, long long e2,
                                long long e1, long long e0) {
  return __m512i{e0, e1, e2, e3, e4, e5, e6, e7};
}
inline __m512i _mm512_broadcast_i64x2(__m128i v) { return __m512i{v[0], v[1], v[0], v[1], v[0], v[1], v[0], v[1]}; }
inline __m512i _mm512_broadcast_i64x4(__m256i v) { return __m512i{v[0], v[1], v[2], v[3], v[0], v[1], v[2], v[3]}; }
inline __m512i _mm512_cvtepu32_epi64(__m256i v) {
  const auto x = std::bit_cast<std::array<std::uint32_t, 8>>(v);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i]; });
}

inline __m512i _mm512_add_epi64(__m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i] + y[i]; });
}
inline __m512i _mm512_sub_epi64(__m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i] - y[i]; });
}
inline __m512i _mm512_and_si512(__m512i a, __m512i b) { return a & b; }
inline __m512i _mm512_srli_epi64(__m512i a, unsigned count) {
  const auto x = hetal::emulated::words(a);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i] >> count; });
}
inline __m512i _mm512_abs_epi64(__m512i a) {
  const auto x = hetal::emulated::words(a);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i] >> 63 != 0 ? 0 - x[i] : x[i]; });
}
inline __m512i _mm512_min_epu64(__m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i] < y[i] ? x[i] : y[i]; });
}

inline __m512i _mm512_madd52lo_epu64(__m512i c, __m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b), z = hetal::emulated::words(c);
  return hetal::emulated::lanes([&](std::size_t i) {
    return z[i] + (static_cast<std::uint64_t>(hetal::emulated::product52(x[i], y[i])) & hetal::emulated::kLow52);
  });
}
inline __m512i _mm512_madd52hi_epu64(__m512i c, __m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b), z = hetal::emulated::words(c);
  return hetal::emulated::lanes(
      [&](std::size_t i) { return z[i] + static_cast<std::uint64_t>(hetal::emulated::product52(x[i], y[i]) >> 52); });
}

inline __mmask8 _mm512_cmpgt_epu64_mask(__m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::mask([&](std::size_t i) { return x[i] > y[i]; });
}
inline __mmask8 _mm512_movepi64_mask(__m512i a) {
  const auto x = hetal::emulated::words(a);
  return hetal::emulated::mask([&](std::size_t i) { return x[i] >> 63 != 0; });
}
inline __m512i _mm512_mask_blend_epi64(__mmask8 mask, __m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::lanes([&](std::size_t i) { return (mask >> i & 1) != 0 ? y[i] : x[i]; });
}
inline __m512i _mm512_permutexvar_epi64(__m512i index, __m512i a) {
  const auto from = hetal::emulated::words(index), x = hetal::emulated::words(a);
  return hetal::emulated::lanes([&](std::size_t i) { return x[from[i] & 7]; });
}
inline __m512i _mm512_permutex2var_epi64(__m512i a, __m512i index, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b), from = hetal::emulated::words(index);
  return hetal::emulated::lanes([&](std::size_t i) { return (from[i] & 8) != 0 ? y[from[i] & 7] : x[from[i] & 7]; });
}
