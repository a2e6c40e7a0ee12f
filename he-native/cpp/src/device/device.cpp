#include "device/device.h"

#include "base/error.h"
#include "device/cuda_library.h"
#include "device/self_test.h"

namespace hetal::device {

std::unique_ptr<BaseConversion> Device::conversion(std::vector<std::uint16_t> source,
                                                   std::vector<std::uint16_t> target) const {
  require<InvalidArgument>(!source.empty() && source.size() <= kMaxConversionTerms, "conversion: expected 1 to ",
                           kMaxConversionTerms, " source limbs, actual ", source.size());
  auto out = std::make_unique<BaseConversion>();
  auto prime = [this](std::uint16_t i) -> const Modulus& { return moduli_[i]; };
  // The product of all source primes but number `skip`, modulo m.
  auto product = [&](const Modulus& m, std::size_t skip) {
    Word result = 1;
    for (std::size_t i = 0; i < source.size(); ++i) {
      if (i != skip) result = m.mul(result, prime(source[i]).value() % m.value());
    }
    return result;
  };
  for (std::size_t i = 0; i < source.size(); ++i) {
    out->hat_inverse.push_back(prime(source[i]).inverse(product(prime(source[i]), i)));
  }
  for (std::uint16_t t : target) {
    const Modulus& m = prime(t);
    const Word whole = product(m, source.size());
    for (std::size_t i = 0; i < source.size(); ++i) out->hat.push_back(product(m, i));
    out->negated_product.push_back(m.negate(whole));
    out->product_inverse.push_back(whole == 0 ? 0 : m.inverse(whole));
  }
  out->source = std::move(source);
  out->target = std::move(target);
  return out;
}

std::unique_ptr<Device> make_device(std::uint32_t ring_degree, std::vector<Modulus> moduli, const Choice& choice) {
  if (choice.kind == "cpu") return make_cpu_device(ring_degree, std::move(moduli), choice);
  require<InvalidArgument>(choice.kind == "cuda", "device: expected cpu or cuda, actual '", choice.kind, "'");
  auto out = make_cuda_device(ring_degree, moduli, choice);
  self_test(*out);
  return out;
}

}  // namespace hetal::device
