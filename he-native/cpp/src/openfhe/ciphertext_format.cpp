#include "openfhe/ciphertext_format.h"

#include <algorithm>

namespace hetal::openfhe {
namespace {

constexpr std::uint32_t kMaxTagBytes = 64;

bool plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-';
}

bool plain_tag(const std::string& tag) {
  return !tag.empty() && tag.size() <= kMaxTagBytes && std::all_of(tag.begin(), tag.end(), plain);
}

/// A field of the header, within bounds.
std::uint32_t number(ByteReader& in, const char* field, std::uint32_t low, std::uint32_t high) {
  const std::uint32_t out = in.u32(field);
  require<FormatError>(out >= low && out <= high, in.what(), ": ", field, ": expected ", low, " to ", high, ", actual ",
                       out);
  return out;
}

}  // namespace

Bytes serialize(const Ciphertext& ciphertext) {
  const auto& parts = ciphertext->GetElements();
  const std::string& tag = ciphertext->GetKeyTag();
  require<InvalidArgument>(plain_tag(tag), "ciphertext: key tag: expected 1 to ", kMaxTagBytes,
                           " letters, digits, '_', '.' or '-', actual ", tag.size(), " characters");
  ByteWriter out;
  out.u32(ciphertext->GetCryptoContext()->GetRingDimension());
  out.u32(static_cast<std::uint32_t>(parts.at(0).GetNumOfElements()));
  out.u32(static_cast<std::uint32_t>(parts.size()));
  out.u32(static_cast<std::uint32_t>(ciphertext->GetNoiseScaleDeg()));
  out.u32(static_cast<std::uint32_t>(tag.size()));
  out.raw(tag.data(), tag.size());
  for (const Polynomial& part : parts) {
    const Residues residues = to_residues(part);
    out.raw(residues.data(), residues.size() * sizeof(std::uint64_t));
  }
  return std::move(out.bytes());
}

Ciphertext deserialize(const Context& context, ByteView bytes) {
  ByteReader in(bytes, "OpenFHE ciphertext");
  const auto q = primes(context);
  const std::uint32_t n = context->GetRingDimension();
  number(in, "ring degree", n, n);
  const std::size_t limbs = number(in, "limbs", 1, static_cast<std::uint32_t>(q.size()));
  const std::size_t count = number(in, "parts", 2, 3);
  // A rescaling takes a limb: OpenFHE itself refuses scale degree 2 where there is one limb only.
  const std::uint32_t degree = number(in, "scale degree", 1, limbs == 1 ? 1 : 2);
  const std::size_t tag_bytes = number(in, "length of the key tag", 1, kMaxTagBytes);
  const std::string tag(reinterpret_cast<const char*>(in.raw(tag_bytes, "key tag")), tag_bytes);
  require<FormatError>(plain_tag(tag), in.what(), ": key tag: expected letters, digits, '_', '.' and '-'");
  in.expect_left(count * limbs * n * sizeof(std::uint64_t));
  std::vector<Polynomial> parts;
  for (std::size_t part = 0; part < count; ++part) {
    Residues residues(limbs * n);
    const std::size_t size = residues.size() * sizeof(std::uint64_t);
    std::memcpy(residues.data(), in.raw(size, "residues"), size);
    for (std::size_t i = 0; i < residues.size(); ++i) {
      require<FormatError>(residues[i] < q[i / n], in.what(), ": part ", part, ", limb ", i / n, ", residue ", i % n,
                           ": expected below ", q[i / n], ", actual ", residues[i]);
    }
    parts.push_back(from_residues(context, residues, limbs));
  }
  return make_ciphertext(context, std::move(parts), tag, degree);
}

}  // namespace hetal::openfhe
