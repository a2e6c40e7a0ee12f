// Counts the memory that calls of OpenFHE take, against what is set aside for them (jni/openfhe/memory_reserve.h).
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>

#include <malloc.h>

#include "openfhe/context.h"
#include "openfhe/keys.h"
#include "openfhe/operations.h"

namespace {

std::atomic<long> in_use{0}, most{0};

void* counted(std::size_t bytes) {
  void* const out = std::malloc(bytes == 0 ? 1 : bytes);
  if (out == nullptr) throw std::bad_alloc();
  const long now = in_use += static_cast<long>(malloc_usable_size(out));
  long before = most;
  while (before < now && !most.compare_exchange_weak(before, now)) {}
  return out;
}

void uncounted(void* data) {
  if (data != nullptr) in_use -= static_cast<long>(malloc_usable_size(data));
  std::free(data);
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* data) noexcept { uncounted(data); }
void operator delete[](void* data) noexcept { uncounted(data); }
void operator delete(void* data, std::size_t) noexcept { uncounted(data); }
void operator delete[](void* data, std::size_t) noexcept { uncounted(data); }

namespace hetal::openfhe {
namespace {

struct Set {
  std::uint32_t degree, levels, digits, encoding, decoding, baby_steps;
};

/// The most memory that a call has in use beyond what there was before, in polynomials over all primes.
template <typename Call>
double polynomials(const Context& context, const Call& call) {
  const auto p = std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(context->GetCryptoParameters());
  const std::size_t bytes = p->GetParamsQP()->GetParams().size() * context->GetRingDimension() * sizeof(std::uint64_t);
  const long before = in_use;
  most = before;
  call();
  return static_cast<double>(most - before) / static_cast<double>(bytes);
}

void expect_taken(const char* what, double taken, std::size_t reserve) {
  std::printf("%s: %.1f of %zu polynomials\n", what, taken, reserve);
  EXPECT_LT(taken, static_cast<double>(reserve)) << what;
  EXPECT_GT(taken, 0) << what;
}

TEST(OpenFheMemory, CallsTakeLessThanIsSetAsideForThem) {
  // The shape of a set of N = 2^16, and one that takes more for a bootstrap.
  for (const Set& set : {Set{1 << 11, 5, 5, 3, 3, 8}, Set{1 << 11, 13, 3, 2, 2, 0}}) {
    const std::uint32_t depth =
        2 + set.levels +
        lbcrypto::FHECKKSRNS::GetBootstrapDepth({set.encoding, set.decoding}, lbcrypto::SPARSE_ENCAPSULATED);
    const Context context = make_context({.ring_degree = set.degree,
                                          .depth = depth,
                                          .scaling_bits = 59,
                                          .first_bits = 60,
                                          .digits = set.digits,
                                          .secret = Secret::kSparseEncapsulated});
    const auto keys = context->KeyGen();
    context->EvalMultKeyGen(keys.secretKey);
    expect_taken("bootstrap_setup",
                 polynomials(context, [&] { bootstrap_setup(context, set.encoding, set.decoding, 0, set.baby_steps); }),
                 bootstrap_setup_polynomials(context, set.encoding, set.decoding));
    expect_taken("keys of a bootstrap",
                 polynomials(context, [&] { context->EvalBootstrapKeyGen(keys.secretKey, set.degree / 2); }),
                 bootstrap_keys_polynomials(context));
    expect_taken("a rotation key", polynomials(context, [&] { context->EvalRotateKeyGen(keys.secretKey, {1}); }),
                 kCallPolynomials);
    const Ciphertext a = context->Encrypt(keys.publicKey, encode(context, {0.25, -0.5}, std::exp2(59), depth - 1));
    const Ciphertext low = context->Encrypt(keys.publicKey, encode(context, {0.25, -0.5}, std::exp2(59), 2));
    expect_taken("multiply", polynomials(context, [&] { context->EvalMult(a, a); }), kCallPolynomials);
    expect_taken("rotate", polynomials(context, [&] { context->EvalRotate(a, 1); }), kCallPolynomials);
    expect_taken("bootstrap", polynomials(context, [&] { bootstrap(context, low); }), kCallPolynomials);
    release_context(context);
  }
}

}  // namespace
}  // namespace hetal::openfhe
