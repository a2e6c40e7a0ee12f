#include "ckks/limb_packing.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>
#include <mutex>

#include "base/threads.h"

namespace hetal::ckks {
namespace {

int bits_of(Word prime) { return std::bit_width(prime); }

std::size_t limb_bytes(const Context& context, Word prime) { return context.parameters().packed_bytes(prime); }

void pack(std::uint8_t* dst, const Word* src, std::size_t n, int bits) {
  Word pending = 0;
  int filled = 0;
  for (std::size_t i = 0; i < n; ++i) {
    pending |= src[i] << filled;
    filled += bits;
    if (filled < 64) continue;
    std::memcpy(dst, &pending, sizeof pending);
    dst += sizeof pending;
    filled -= 64;
    pending = filled == 0 ? 0 : src[i] >> (bits - filled);
  }
}

/// False when a residue is not below the prime.
bool unpack(Word* dst, const std::uint8_t* src, std::size_t n, Word prime) {
  const int bits = bits_of(prime);
  const Word mask = (Word{1} << bits) - 1;
  bool canonical = true;
  Word pending = 0;
  int filled = 0;
  for (std::size_t i = 0; i < n; ++i) {
    Word value = pending;
    if (filled < bits) {
      Word next;
      std::memcpy(&next, src, sizeof next);
      src += sizeof next;
      value |= next << filled;
      pending = next >> (bits - filled);
      filled += 64 - bits;
    } else {
      pending >>= bits;
      filled -= bits;
    }
    dst[i] = value & mask;
    canonical &= dst[i] < prime;
  }
  return canonical;
}

}  // namespace

std::size_t packed_bytes(const Context& context, device::Limbs shape) {
  std::size_t sum = 0;
  for (std::uint32_t i = 0; i < shape.count; ++i) sum += limb_bytes(context, context.modulus(shape.moduli[i]).value());
  return sum;
}

void pack_limbs(const Context& context, device::Limbs limbs, ByteWriter& out) {
  std::vector<Word> host(context.n());
  for (std::uint32_t i = 0; i < limbs.count; ++i) {
    const Word prime = context.modulus(limbs.moduli[i]).value();
    context.device().download(host.data(), limbs.data + i * context.n(), host.size());
    pack(out.room(limb_bytes(context, prime)), host.data(), host.size(), bits_of(prime));
  }
}

void unpack_limbs(const Context& context, device::Limbs limbs, const std::uint8_t* packed, const std::string& what) {
  std::vector<const std::uint8_t*> at(limbs.count);
  for (std::uint32_t i = 0; i < limbs.count; ++i) {
    at[i] = packed;
    packed += limb_bytes(context, context.modulus(limbs.moduli[i]).value());
  }
  std::atomic<std::uint32_t> next{0};
  std::atomic<bool> canonical{true};
  std::mutex mutex;
  std::exception_ptr failure;  // the first that an upload threw
  const std::size_t helpers =
      context.n() < 1u << 14
          ? 0
          : std::min<std::size_t>(static_cast<std::size_t>(context.device().threads()), limbs.count) - 1;
  // Allocated here, because an exception in a thread would end the process.
  std::vector<std::vector<Word>> scratch(helpers + 1, std::vector<Word>(context.n()));
  auto work = [&](std::vector<Word>& host) noexcept {
    for (std::uint32_t i; (i = next++) < limbs.count;) {
      if (!unpack(host.data(), at[i], host.size(), context.modulus(limbs.moduli[i]).value())) canonical = false;
      try {
        context.device().upload(limbs.data + i * context.n(), host.data(), host.size());
      } catch (...) {
        std::lock_guard lock(mutex);
        failure = std::current_exception();
      }
    }
  };
  {
    ThreadGroup threads;
    for (std::size_t i = 0; i < helpers; ++i) threads.start([&work, &host = scratch[i]] { work(host); });
    work(scratch.back());
  }
  if (failure) std::rethrow_exception(failure);
  require<FormatError>(canonical, what, ": a residue is not below its prime");
}

}  // namespace hetal::ckks
