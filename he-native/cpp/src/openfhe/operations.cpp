#include "openfhe/operations.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>

#include "base/error.h"
#include "base/threads.h"
#include "openfhe/keys.h"

namespace hetal::openfhe {
namespace {

using ContextImpl = lbcrypto::CryptoContextImpl<Polynomial>;

int top_level(const Context& context) { return static_cast<int>(context->GetElementParams()->GetParams().size()) - 1; }

void require_same(const char* what, const Ciphertext& a, const Ciphertext& b) {
  require<LevelError>(level(a) == level(b), what, ": expected equal levels, actual ", level(a), " and ", level(b));
  require<ScaleError>(scale_degree(a) == scale_degree(b), what, ": expected equal scale degrees, actual ",
                      scale_degree(a), " and ", scale_degree(b));
  require<InvalidArgument>(a->GetKeyTag() == b->GetKeyTag(), what, ": ciphertexts under different keys, ",
                           a->GetKeyTag(), " and ", b->GetKeyTag());
}

void require_plain(const char* what, const Ciphertext& a, const lbcrypto::Plaintext& b) {
  require<LevelError>(level(a) == level(b), what, ": expected equal levels, actual ", level(a), " and ", level(b));
}

void require_degree_one(const char* what, const Ciphertext& a) {
  require<ScaleError>(scale_degree(a) == 1, what, ": expected scale degree 1, actual ", scale_degree(a));
}

void require_factor(const char* what, const Ciphertext& a) {
  require_degree_one(what, a);
  require<LevelError>(level(a) >= 1, what, ": expected a level of at least 1, actual 0");
}

void require_two_parts(const char* what, const Ciphertext& a) {
  require<InvalidArgument>(parts(a) == 2, what, ": expected 2 parts, actual ", parts(a));
}

void require_terms(const char* what, std::size_t a, std::size_t b) {
  require<InvalidArgument>(a == b && a >= 1, what, ": expected equal numbers of terms, at least 1; actual ", a, " and ",
                           b);
}

EvaluationKey relinearization_key(const Ciphertext& a) {
  const auto& all = ContextImpl::GetAllEvalMultKeys();
  const auto key = all.find(a->GetKeyTag());
  require<MissingKey>(key != all.end(), "relinearize: no relinearization key of ", a->GetKeyTag());
  return key->second[0];
}

void require_factors(const Ciphertext& a, const Ciphertext& b) {
  require_factor("multiply", a);
  require_factor("multiply", b);
  require_two_parts("multiply", a);
  require_two_parts("multiply", b);
  require_same("multiply", a, b);
}

/// Calls work(0) .. work(count - 1), each once; rethrows the first failure.
template <typename Work>
void parallel(std::size_t count, int threads, const Work& work) {
  const std::size_t used = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  if (used <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> failures(used);
  {
    ThreadGroup pool;
    for (std::size_t t = 0; t < used; ++t) {
      pool.start([&, t] {
        try {
          for (std::size_t i; (i = next++) < count;) work(i);
        } catch (...) { failures[t] = std::current_exception(); }
      });
    }
  }
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

int level(const Ciphertext& a) { return static_cast<int>(a->GetElements()[0].GetNumOfElements()) - 1; }
int level(const lbcrypto::Plaintext& a) { return static_cast<int>(a->GetElement<Polynomial>().GetNumOfElements()) - 1; }
int scale_degree(const Ciphertext& a) { return static_cast<int>(a->GetNoiseScaleDeg()); }
int parts(const Ciphertext& a) { return static_cast<int>(a->NumberCiphertextElements()); }

Ciphertext add(const Context& context, const Ciphertext& a, const Ciphertext& b) {
  require_same("add", a, b);
  return context->EvalAdd(a, b);
}

Ciphertext sub(const Context& context, const Ciphertext& a, const Ciphertext& b) {
  require_same("sub", a, b);
  return context->EvalSub(a, b);
}

Ciphertext add(const Context& context, const Ciphertext& a, const lbcrypto::Plaintext& b) {
  require_plain("add", a, b);
  require_degree_one("add", a);
  lbcrypto::Plaintext plain = b;
  return context->EvalAdd(a, plain);
}

Ciphertext sub(const Context& context, const Ciphertext& a, const lbcrypto::Plaintext& b) {
  require_plain("sub", a, b);
  require_degree_one("sub", a);
  lbcrypto::Plaintext plain = b;
  return context->EvalSub(a, plain);
}

Ciphertext add(const Context& context, const Ciphertext& a, double constant) {
  require<InvalidArgument>(std::isfinite(constant), "constant: expected a finite value, actual ", constant);
  return context->EvalAdd(a, constant);
}

Ciphertext negate(const Context& context, const Ciphertext& a) { return context->EvalNegate(a); }

Ciphertext multiply_integer(const Context& context, const Ciphertext& a, int factor) {
  const long magnitude = std::labs(static_cast<long>(factor));
  require<InvalidArgument>(magnitude <= 1 << 20, "integer factor: expected a magnitude of at most 2^20, actual ",
                           factor);
  Ciphertext out = a->Clone();
  context->GetScheme()->MultByIntegerInPlace(out, static_cast<std::uint64_t>(magnitude));
  return factor < 0 ? context->EvalNegate(out) : out;
}

Ciphertext multiply_by_i(const Context& context, const Ciphertext& a) {
  Ciphertext out = a->Clone();
  context->GetScheme()->MultByMonomialInPlace(out, context->GetRingDimension() / 2);
  return out;
}

void require_rotation(const Context& context, const Ciphertext& a, int steps) {
  const auto keys = automorphism_keys(a->GetKeyTag());
  const auto element = rotation_element(context, steps);
  require<MissingKey>(keys != nullptr && keys->count(element) != 0, "no key for the rotation by ", steps,
                      " (Galois element ", element, ") among ", keys == nullptr ? 0 : keys->size(), " keys of ",
                      a->GetKeyTag());
  require_digits(context, keys->at(element), level(a), message("rotation by ", steps));
}

void require_product(const Context& context, const Ciphertext& a, const Ciphertext& b) {
  require_factors(a, b);
  require_digits(context, relinearization_key(a), level(a), "relinearize");
}

Ciphertext multiply_sum(const Context& context, std::span<const Ciphertext> a, std::span<const Ciphertext> b) {
  require_terms("multiply", a.size(), b.size());
  Ciphertext sum;
  for (std::size_t i = 0; i < a.size(); ++i) {
    require_factors(a[i], b[i]);
    require_same("multiply", a[0], a[i]);
    const Ciphertext term = context->EvalMultNoRelin(a[i], b[i]);
    if (sum)
      context->EvalAddInPlace(sum, term);
    else
      sum = term;
  }
  return sum;
}

Ciphertext multiply_sum(const Context& context, std::span<const Ciphertext> a, std::span<const lbcrypto::Plaintext> b) {
  require_terms("multiply", a.size(), b.size());
  Ciphertext sum;
  for (std::size_t i = 0; i < a.size(); ++i) {
    require_factor("multiply", a[i]);
    require_plain("multiply", a[i], b[i]);
    require_same("multiply", a[0], a[i]);
    const Ciphertext term = context->EvalMult(a[i], b[i]);
    sum = sum ? context->EvalAdd(sum, term) : term;
  }
  return sum;
}

Ciphertext multiply(const Context& context, const Ciphertext& a, double constant) {
  require<InvalidArgument>(std::isfinite(constant), "constant: expected a finite value, actual ", constant);
  require_factor("multiply", a);
  return context->EvalMult(a, constant);
}

Ciphertext relinearize(const Context& context, const Ciphertext& a) {
  if (parts(a) == 2) return a->Clone();
  require_digits(context, relinearization_key(a), level(a), "relinearize");
  return context->Relinearize(a);
}

Ciphertext rescale(const Context& context, const Ciphertext& a) {
  require<LevelError>(level(a) >= 1, "rescale: expected a level of at least 1, actual ", level(a));
  require<ScaleError>(scale_degree(a) == 2, "rescale: expected scale degree 2, actual ", scale_degree(a));
  return context->Rescale(a);
}

Ciphertext drop_to_level(const Context& context, const Ciphertext& a, int to) {
  require_degree_one("dropToLevel", a);
  require<LevelError>(to >= 0 && to <= level(a), "dropToLevel: expected a level of 0 to ", level(a), ", actual ", to);
  if (to == level(a)) return a->Clone();
  return context->LevelReduce(a, nullptr, static_cast<std::size_t>(level(a) - to));
}

std::vector<Ciphertext> rotate_all(const Context& context, const Ciphertext& a, std::span<const int> steps,
                                   int threads) {
  require_two_parts("rotate", a);
  const int slots = static_cast<int>(context->GetRingDimension() / 2);
  std::vector<int> left;
  bool any = false;
  for (const int step : steps) {
    left.push_back(((step % slots) + slots) % slots);
    if (left.back() != 0) {
      require_rotation(context, a, left.back());
      any = true;
    }
  }
  const auto digits = any ? context->EvalFastRotationPrecompute(a) : nullptr;
  std::vector<Ciphertext> out(left.size());
  parallel(left.size(), threads, [&](std::size_t i) {
    out[i] = left[i] == 0 ? a->Clone()
                          : context->EvalFastRotation(a, static_cast<std::uint32_t>(left[i]),
                                                      2 * context->GetRingDimension(), digits);
  });
  return out;
}

Ciphertext conjugate(const Context& context, const Ciphertext& a) {
  require_two_parts("conjugate", a);
  const auto keys = automorphism_keys(a->GetKeyTag());
  const std::uint32_t element = conjugation_element(context);
  require<MissingKey>(keys != nullptr && keys->count(element) != 0, "no key for the conjugation among ",
                      keys == nullptr ? 0 : keys->size(), " keys of ", a->GetKeyTag());
  require_digits(context, keys->at(element), level(a), "conjugate");
  return context->EvalAutomorphism(a, element, *keys);
}

Ciphertext chebyshev(const Context& context, const Ciphertext& a, std::vector<double> coefficients, double low,
                     double high) {
  require<InvalidArgument>(coefficients.size() >= 2 && low < high,
                           "chebyshev: expected two coefficients or more and an "
                           "interval; actual ",
                           coefficients.size(), " on [", low, ", ", high, "]");
  require_degree_one("chebyshev", a);
  require_two_parts("chebyshev", a);
  int depth = low == -1 && high == 1 ? 1 : 2;
  while ((std::size_t{1} << depth) < coefficients.size()) ++depth;
  require<LevelError>(level(a) >= depth, "chebyshev: degree ", coefficients.size() - 1, " expects a level of at least ",
                      depth, ", actual ", level(a));
  coefficients[0] *= 2;  // OpenFHE halves it
  const Ciphertext out = context->EvalChebyshevSeries(a, coefficients, low, high);
  return scale_degree(out) == 2 ? context->Rescale(out) : out;
}

Ciphertext weighted_sum(const Context& context, std::span<const Ciphertext> a, const std::vector<double>& weights) {
  require_terms("weightedSum", a.size(), weights.size());
  std::vector<lbcrypto::ReadOnlyCiphertext<Polynomial>> terms;
  for (const Ciphertext& term : a) {
    require_factor("weightedSum", term);
    require_same("weightedSum", a[0], term);
    terms.emplace_back(term);
  }
  const Ciphertext out = context->EvalLinearWSum(terms, weights);
  return scale_degree(out) == 2 ? context->Rescale(out) : out;
}

int bootstrap_depth(std::uint32_t encoding_budget, std::uint32_t decoding_budget, Secret secret) {
  require<InvalidArgument>(encoding_budget >= 1 && encoding_budget <= 8 && decoding_budget >= 1 && decoding_budget <= 8,
                           "level budgets: expected 1 to 8, actual ", encoding_budget, " and ", decoding_budget);
  const auto kind = secret == Secret::kUniformTernary  ? lbcrypto::UNIFORM_TERNARY
                    : secret == Secret::kSparseTernary ? lbcrypto::SPARSE_TERNARY
                                                       : lbcrypto::SPARSE_ENCAPSULATED;
  return static_cast<int>(lbcrypto::FHECKKSRNS::GetBootstrapDepth({encoding_budget, decoding_budget}, kind));
}

Ciphertext bootstrap(const Context& context, const Ciphertext& a) {
  require_degree_one("bootstrap", a);
  require_two_parts("bootstrap", a);
  require<LevelError>(level(a) >= 1, "bootstrap: expected a level of at least 1, actual ", level(a));
  require_bootstrap_keys(context, a->GetKeyTag());
  const Ciphertext out = context->EvalBootstrap(a);
  require<LevelError>(level(out) > level(a), "bootstrap: OpenFHE has no levels to give back to a ciphertext at level ",
                      level(a));
  return scale_degree(out) == 2 ? context->Rescale(out) : out;
}

Ciphertext zero(const Context& context, const std::string& key_tag, int level) {
  require<LevelError>(level >= 0 && level <= top_level(context), "level: expected 0 to ", top_level(context),
                      ", actual ", level);
  const Residues none(static_cast<std::size_t>(level + 1) * context->GetRingDimension(), 0);
  const Polynomial polynomial = from_residues(context, none, static_cast<std::size_t>(level) + 1);
  return make_ciphertext(context, {polynomial, polynomial}, key_tag, 1);
}

}  // namespace hetal::openfhe
