// The intrinsics that the AVX-512-IFMA kernels use, in plain C++, lane by lane, as Intel's guide defines them. Compiled
// with this header the kernels run, slowly, on every x86-64 processor, so that they are tested where there is no
// AVX-512.
#pragma once

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

using U512 = std::uint64_t __attribute__((vector_size(64)));

inline U512 words(__m512i v) { return reinterpret_cast<U512>(v); }
inline __m512i vector(U512 v) { return reinterpret_cast<__m512i>(v); }

template <typename Vector>
Vector read(const void* p) {
  Vector out;
  std::memcpy(&out, p, sizeof out);
  return out;
}

/// Lane i is f(i).
template <typename Lane>
__m512i lanes(const Lane& f) {
  U512 out;
  for (std::size_t i = 0; i < 8; ++i) out[i] = f(i);
  return vector(out);
}

inline unsigned __int128 product52(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << 52) - 1;
  return static_cast<unsigned __int128>(a & mask) * (b & mask);
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
  std::uint32_t x[8];
  std::memcpy(x, &v, sizeof x);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i]; });
}

inline __m512i _mm512_add_epi64(__m512i a, __m512i b) {
  return hetal::emulated::vector(hetal::emulated::words(a) + hetal::emulated::words(b));
}
inline __m512i _mm512_sub_epi64(__m512i a, __m512i b) {
  return hetal::emulated::vector(hetal::emulated::words(a) - hetal::emulated::words(b));
}
inline __m512i _mm512_and_si512(__m512i a, __m512i b) { return a & b; }
inline __m512i _mm512_srli_epi64(__m512i a, unsigned count) {
  return hetal::emulated::vector(hetal::emulated::words(a) >> count);
}
inline __m512i _mm512_abs_epi64(__m512i a) {
  const auto x = hetal::emulated::words(a);
  return hetal::emulated::lanes([&](std::size_t i) { return a[i] < 0 ? 0 - x[i] : x[i]; });
}
inline __m512i _mm512_min_epu64(__m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::lanes([&](std::size_t i) { return x[i] < y[i] ? x[i] : y[i]; });
}

inline __m512i _mm512_madd52lo_epu64(__m512i c, __m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b), z = hetal::emulated::words(c);
  constexpr std::uint64_t mask = (std::uint64_t{1} << 52) - 1;
  return hetal::emulated::lanes([&](std::size_t i) {
    return z[i] + (static_cast<std::uint64_t>(hetal::emulated::product52(x[i], y[i])) & mask);
  });
}
inline __m512i _mm512_madd52hi_epu64(__m512i c, __m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b), z = hetal::emulated::words(c);
  return hetal::emulated::lanes(
      [&](std::size_t i) { return z[i] + static_cast<std::uint64_t>(hetal::emulated::product52(x[i], y[i]) >> 52); });
}

inline __mmask8 _mm512_cmpgt_epu64_mask(__m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  unsigned mask = 0;
  for (std::size_t i = 0; i < 8; ++i) mask |= (x[i] > y[i] ? 1u : 0u) << i;
  return static_cast<__mmask8>(mask);
}
inline __mmask8 _mm512_movepi64_mask(__m512i a) {
  unsigned mask = 0;
  for (std::size_t i = 0; i < 8; ++i) mask |= (a[i] < 0 ? 1u : 0u) << i;
  return static_cast<__mmask8>(mask);
}
inline __m512i _mm512_mask_blend_epi64(__mmask8 mask, __m512i a, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::lanes([&](std::size_t i) { return (mask >> i & 1) != 0 ? y[i] : x[i]; });
}
inline __m512i _mm512_permutexvar_epi64(__m512i index, __m512i a) {
  const auto x = hetal::emulated::words(a);
  return hetal::emulated::lanes([&](std::size_t i) { return x[static_cast<std::size_t>(index[i] & 7)]; });
}
inline __m512i _mm512_permutex2var_epi64(__m512i a, __m512i index, __m512i b) {
  const auto x = hetal::emulated::words(a), y = hetal::emulated::words(b);
  return hetal::emulated::lanes([&](std::size_t i) {
    const auto lane = static_cast<std::size_t>(index[i] & 7);
    return (index[i] & 8) != 0 ? y[lane] : x[lane];
  });
}
