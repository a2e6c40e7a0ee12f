// OpenFHE and the engine check each other: one encrypts, the other computes, the first
// decrypts.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "bootstrap/bootstrapper.h"
#include "circuits/chebyshev.h"
#include "openfhe/secret.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"

namespace hetal::openfhe {
namespace {

using Slots = std::vector<std::complex<double>>;

Slots random_slots(std::size_t count, unsigned seed, bool real) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Slots out(count);
  for (auto& slot : out) slot = {uniform(generator), real ? 0 : uniform(generator)};
  return out;
}

double worst(const Slots& a, const Slots& b) {
  double out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]));
  return out;
}

/// Both-sided: an error above the bound is wrong, and none at all would mean that nothing was encrypted.
void expect_noise(const char* what, const Slots& actual, const Slots& expected, double log_low, double log_high) {
  const double error = std::log2(worst(actual, expected));
  EXPECT_LT(error, log_high) << what;
  EXPECT_GT(error, log_low) << what;
}

// ---- the engine's side of the exchange, through its device layer alone ----

ckks::Ciphertext to_engine(const ckks::Context& context, const RnsCiphertext& ciphertext) {
  const int limbs = static_cast<int>(ciphertext.moduli.size());
  ckks::Ciphertext out{{}, limbs - 1, ciphertext.scale};
  for (const Residues& part : ciphertext.parts) {
    out.parts.push_back(context.allocate({limbs, false}));
    context.device().upload(out.parts.back().data(), part.data(), part.size());
    context.device().ntt(context.view(out.parts.back()));
  }
  return out;
}

RnsCiphertext from_engine(const ckks::Context& context, const ckks::Ciphertext& ciphertext) {
  const auto& q = context.parameters().q();
  RnsCiphertext out;
  out.ring_degree = context.parameters().ring_degree();
  out.moduli.assign(q.begin(), q.begin() + ciphertext.level + 1);
  out.scale = ciphertext.scale;
  for (const ckks::RnsPoly& part : ciphertext.parts) {
    const ckks::RnsPoly copy = context.copy(part);
    context.device().intt(context.view(copy));
    out.parts.emplace_back(out.moduli.size() * context.n());
    context.device().download(out.parts.back().data(), copy.data(), out.parts.back().size());
  }
  return out;
}

/// The engine's parameters, keys and evaluator, and OpenFHE with the same primes and the same secret.
struct Pair {
  Pair(const ckks::Parameters& parameters, std::uint32_t digits, Secret distribution)
      : engine(parameters, 1),
        secret(engine, Random::insecure_seed(1)),
        generator(engine, secret, Random::insecure_seed(2)),
        bootstrapper(engine),
        evaluator(engine, keys),
        openfhe(make_context(parameters.ring_degree(), parameters.q(),
                             static_cast<std::uint32_t>(std::lround(std::log2(parameters.scale(0)))), digits, 50,
                             distribution)),
        key(secret_from_coefficients(openfhe, secret.coefficients(), "cross check")) {}
  ~Pair() { release_context(openfhe); }

  ckks::Context engine;
  owner::SecretKey secret;
  owner::KeyGenerator generator;
  bootstrap::Bootstrapper bootstrapper;
  ckks::EvaluationKeys keys;
  ckks::Evaluator evaluator;
  Context openfhe;
  PrivateKey key;
};

class EngineComputes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    pair = new Pair(ckks::Parameters::named("insecure_n10_l12"), 4, Secret::kUniformTernary);
    ckks::EvaluationKeys& keys = pair->keys;
    keys.relinearization = pair->generator.relinearization(pair->bootstrapper.relinearization_level());
    auto galois = pair->bootstrapper.galois_levels();
    const std::uint32_t three = pair->evaluator.galois_of(3);
    galois[three] = std::max(galois[three], top());
    for (const auto& [element, level] : galois) keys.galois.emplace(element, pair->generator.galois(element, level));
    pair->generator.encapsulation(keys);
  }
  static void TearDownTestSuite() { delete pair; }

  static int top() { return pair->engine.parameters().bootstrap_output_level(); }
  static double scale(int level) { return pair->engine.parameters().scale(level); }

  /// OpenFHE encodes and encrypts at the engine's canonical scale.
  static ckks::Ciphertext encrypted(const Slots& slots, int level) {
    const auto plain = encode(pair->openfhe, slots, scale(level), static_cast<std::size_t>(level) + 1);
    return to_engine(pair->engine, to_residues(pair->openfhe->Encrypt(pair->key, plain), scale(level)));
  }
  static Slots decrypted(const ckks::Ciphertext& ciphertext) {
    return decrypt(pair->openfhe, pair->key,
                   from_residues(pair->openfhe, from_engine(pair->engine, ciphertext), "cross check"),
                   ciphertext.scale);
  }
  static Pair* pair;
};
Pair* EngineComputes::pair = nullptr;

TEST_F(EngineComputes, WhatOpenFheEncryptsItDecryptsUnchanged) {
  const Slots x = random_slots(512, 1, false);
  for (const int level : {0, 1, top()}) expect_noise("round trip", decrypted(encrypted(x, level)), x, -44, -32);
}

TEST_F(EngineComputes, AddMultiplyRotateConjugate) {
  const Slots x = random_slots(512, 2, false), y = random_slots(512, 3, false);
  const auto a = encrypted(x, top()), b = encrypted(y, top());
  Slots sum(512), product(512), turned(512), conjugate(512);
  for (std::size_t i = 0; i < 512; ++i) {
    sum[i] = x[i] + y[i];
    product[i] = x[i] * y[i];
    turned[i] = x[(i + 3) % 512];
    conjugate[i] = std::conj(x[i]);
  }
  expect_noise("add", decrypted(pair->evaluator.add(a, b)), sum, -44, -31);
  expect_noise("multiply", decrypted(pair->evaluator.mul(a, b)), product, -44, -29);
  expect_noise("three parts", decrypted(pair->evaluator.rescale(pair->evaluator.tensor(a, b))), product, -44, -25);
  expect_noise("rotate", decrypted(pair->evaluator.rotate(a, 3)), turned, -44, -29);
  expect_noise("conjugate", decrypted(pair->evaluator.conjugate(a)), conjugate, -44, -29);
}

TEST_F(EngineComputes, Polynomial) {
  const Slots x = random_slots(512, 4, true);
  const std::vector<double> coefficients{0.1, -0.5, 0.25, 0.125, 0.3, -0.2, 0.05, 0.4};
  Slots expected(512);
  for (std::size_t i = 0; i < 512; ++i) {
    for (std::size_t k = 0; k < 8; ++k) {
      expected[i] += coefficients[k] * std::cos(static_cast<double>(k) * std::acos(x[i].real()));
    }
  }
  expect_noise("polynomial",
               decrypted(circuits::evaluate_chebyshev(pair->evaluator, encrypted(x, top()), coefficients)), expected,
               -42, -26);
}

TEST_F(EngineComputes, Bootstrap) {
  const Slots x = random_slots(512, 5, true);
  const auto fresh =
      pair->bootstrapper.real(pair->evaluator, encrypted(x, pair->engine.parameters().bootstrap_input_level()));
  EXPECT_EQ(fresh.level, top());
  expect_noise("bootstrap", decrypted(fresh), x, -34, -19);
}

TEST_F(EngineComputes, PublicKeyOfOpenFheServes) {
  // A public key is an encryption of zero in the engine's terms too: c0 + c1 s is small.
  const auto keys = pair->openfhe->KeyGen();
  const Slots x = random_slots(512, 6, false);
  const auto plain = encode(pair->openfhe, x, scale(top()), static_cast<std::size_t>(top()) + 1);
  const auto a = to_engine(pair->engine, to_residues(pair->openfhe->Encrypt(keys.publicKey, plain), scale(top())));
  const auto back =
      from_residues(pair->openfhe, from_engine(pair->engine, pair->evaluator.add(a, a)), keys.secretKey->GetKeyTag());
  Slots twice(512);
  for (std::size_t i = 0; i < 512; ++i) twice[i] = 2.0 * x[i];
  expect_noise("public key", decrypt(pair->openfhe, keys.secretKey, back, scale(top())), twice, -44, -26);
}

TEST_F(EngineComputes, OtherParametersAreRefused) {
  RnsCiphertext foreign = from_engine(pair->engine, encrypted({1.0}, 2));
  foreign.moduli[1] += 2048;
  EXPECT_THROW(from_residues(pair->openfhe, foreign, "cross check"), InvalidArgument);
  foreign.moduli[1] -= 2048;
  foreign.parts[0][5] = foreign.moduli[0];
  EXPECT_THROW(from_residues(pair->openfhe, foreign, "cross check"), InvalidArgument);
  foreign.parts[0].pop_back();
  EXPECT_THROW(from_residues(pair->openfhe, foreign, "cross check"), InvalidArgument);
}

// ---- the reverse: a chain as OpenFHE's bootstrap requires it, with q0 and all other primes near powers of two ----

class OpenFheComputes : public ::testing::Test {
 protected:
  static constexpr int kScaling = 48;
  static inline const std::vector<std::uint32_t> kBudget{2, 2};

  static void SetUpTestSuite() {
    const ckks::ParameterLiteral literal{"insecure_exchange_n10",        10,    50, kScaling,    8, {3, 3, 3}, kScaling,
                                         {kScaling, kScaling, kScaling}, 49.99, 7,  {7, 7, 6, 6}};
    pair = new Pair(ckks::Parameters(literal), 4, Secret::kSparseEncapsulated);
    const Context& openfhe = pair->openfhe;
    openfhe->EvalBootstrapSetup(kBudget, {0, 0}, 512);
    openfhe->EvalMultKeyGen(pair->key);
    openfhe->EvalRotateKeyGen(pair->key, {3});
    openfhe->EvalBootstrapKeyGen(pair->key, 512);
  }
  static void TearDownTestSuite() { delete pair; }

  static int top() { return pair->engine.parameters().top_level(); }
  static double scale(int level) { return pair->engine.parameters().scale(level); }

  static Ciphertext encrypted(const Slots& slots, int level) {
    const auto a = owner::encrypt(pair->engine, pair->secret, Random::insecure_seed(3), ++stream, slots, level);
    return from_residues(pair->openfhe, from_engine(pair->engine, a), "cross check");
  }
  static Slots decrypted(const Ciphertext& ciphertext, double scale) {
    return owner::decrypt(pair->engine, pair->secret, to_engine(pair->engine, to_residues(ciphertext, scale)));
  }
  static Pair* pair;
  static std::uint64_t stream;
};
Pair* OpenFheComputes::pair = nullptr;
std::uint64_t OpenFheComputes::stream = 0;

TEST_F(OpenFheComputes, SecretsAreTheSame) {
  const auto coefficients = pair->secret.coefficients();
  EXPECT_EQ(secret_coefficients(pair->key), std::vector<std::int64_t>(coefficients.begin(), coefficients.end()));
  EXPECT_THROW(secret_from_coefficients(pair->openfhe, std::vector<std::int64_t>(1024, 2), "cross check"),
               InvalidArgument);
}

TEST_F(OpenFheComputes, AddMultiplyRotate) {
  const int level = 8;
  const Slots x = random_slots(512, 7, false), y = random_slots(512, 8, false);
  const auto a = encrypted(x, level), b = encrypted(y, level);
  Slots sum(512), product(512), turned(512);
  for (std::size_t i = 0; i < 512; ++i) {
    sum[i] = x[i] + y[i];
    product[i] = x[i] * y[i];
    turned[i] = x[(i + 3) % 512];
  }
  const Context& openfhe = pair->openfhe;
  const double s = scale(level), q = static_cast<double>(pair->engine.parameters().q()[level]);
  expect_noise("add", decrypted(openfhe->EvalAdd(a, b), s), sum, -50, -35);
  expect_noise("multiply", decrypted(openfhe->Rescale(openfhe->EvalMult(a, b)), s * s / q), product, -50, -33);
  expect_noise("rotate", decrypted(openfhe->EvalRotate(a, 3), s), turned, -50, -31);
}

TEST_F(OpenFheComputes, Polynomial) {
  const Slots x = random_slots(512, 9, true);
  const std::vector<double> coefficients{0.2, -0.5, 0.25, 0.125, 0.3, -0.2, 0.05, 0.4};
  Slots expected(512);
  for (std::size_t i = 0; i < 512; ++i) {
    expected[i] = coefficients[0] / 2;  // OpenFHE halves the first coefficient of a series
    for (std::size_t k = 1; k < 8; ++k) {
      expected[i] += coefficients[k] * std::cos(static_cast<double>(k) * std::acos(x[i].real()));
    }
  }
  const auto y = pair->openfhe->EvalChebyshevSeries(encrypted(x, 8), coefficients, -1, 1);
  expect_noise("polynomial", decrypted(y, y->GetScalingFactor()), expected, -46, -28);
}

TEST_F(OpenFheComputes, Bootstrap) {
  const Slots x = random_slots(512, 10, false);
  const auto fresh = pair->openfhe->Rescale(pair->openfhe->EvalBootstrap(encrypted(x, 1)));
  EXPECT_GT(fresh->GetElements()[0].GetNumOfElements(), 8u);
  expect_noise("bootstrap", decrypted(fresh, std::exp2(kScaling)), x, -30, -7);
}

}  // namespace
}  // namespace hetal::openfhe
