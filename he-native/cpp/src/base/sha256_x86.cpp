// SHA-256 with the x86 SHA extensions. With them, hashing key bundles and ciphertexts is faster than reading them from
// a disk.
#include "base/sha256_blocks.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

namespace hetal {
namespace {

__attribute__((target("sha,sse4.1,ssse3"))) void blocks_x86(std::array<std::uint32_t, 8>& state,
                                                            const std::uint8_t* data, std::size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  // The instructions expect the state as (A B E F) and (C D G H), with the first letter in the highest word.
  __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data()));
  __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data() + 4));
  const __m128i ab = _mm_shuffle_epi32(abcd, 0xb1), ef = _mm_shuffle_epi32(efgh, 0x1b);
  __m128i abef = _mm_alignr_epi8(ab, ef, 8), cdgh = _mm_blend_epi16(ef, ab, 0xf0);
  for (; blocks > 0; --blocks, data += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; ++i) {
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data + 16 * i)), big_endian);
    }
    for (std::size_t four = 0; four < 16; ++four) {
      __m128i& next = w[four % 4];
      if (four >= 4) {
        const __m128i last = w[(four + 3) % 4];
        const __m128i sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(next, w[(four + 1) % 4]), _mm_alignr_epi8(last, w[(four + 2) % 4], 4));
        next = _mm_sha256msg2_epu32(sum, last);
      }
      const __m128i round =
          _mm_add_epi32(next, _mm_loadu_si128(reinterpret_cast<const __m128i*>(kSha256Round.data() + 4 * four)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, round);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(round, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data() + 4), _mm_alignr_epi8(dchg, feba, 8));
}

bool has_sha() {
  constexpr unsigned kShaBit = 1u << 29, kSse41Bit = 1u << 19;
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kSse41Bit) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kShaBit) != 0;
}

}  // namespace

Sha256Blocks sha256_blocks_accelerated() { return has_sha() ? blocks_x86 : nullptr; }

}  // namespace hetal

#else

namespace hetal {

Sha256Blocks sha256_blocks_accelerated() { return nullptr; }

}  // namespace hetal

#endif
