#include "openfhe/engine_client.h"

#include <cmath>

#include "base/error.h"

namespace hetal::openfhe {
namespace {

using lbcrypto::BigInteger;
using lbcrypto::ILDCRTParams;
using lbcrypto::NativeInteger;
using lbcrypto::NativePoly;

constexpr std::uint32_t kDigits = 4;        // of OpenFHE's own key switching, which is not used
constexpr std::uint32_t kSpecialBits = 50;  // likewise

Context context_over(const ckks::Parameters& p) {
  return make_context(p.ring_degree(), p.q(), static_cast<std::uint32_t>(std::lround(std::log2(p.scale(0)))), kDigits,
                      kSpecialBits, Secret::kUniformTernary);
}

/// Makes the engine's evaluation keys from a secret that stays in OpenFHE's polynomials.
class OpenFheKeySource final : public owner::KeySource {
 public:
  OpenFheKeySource(const ckks::Context& engine, const PrivateKey& secret)
      : engine_(engine),
        secret_(secret->GetPrivateElement().GetElementAtIndex(0)),
        uniform_seed_(Random::seed_from_os()) {
    secret_.value.SetFormat(Format::COEFFICIENT);
    NativePoly::TugType ternary;
    sparse_.value = NativePoly(ternary, secret_.value.GetParams(), Format::COEFFICIENT, ckks::kSparseWeight);
    error_.SetStd(3.19);
  }
  ckks::SwitchingKey relinearization(int level) override {
    const Chain chain = extended(level);
    const Wiped<Polynomial> s(over(chain, secret_.value)), square(s.value * s.value);
    return switching(square.value, s.value, chain, level);
  }

  ckks::SwitchingKey galois(std::uint32_t galois, int level) override {
    const Chain chain = extended(level);
    const std::uint32_t order = 2 * engine_.parameters().ring_degree();
    const Wiped<Polynomial> s(over(chain, secret_.value));
    const auto inverse = NativeInteger(galois).ModInverse(NativeInteger(order)).ConvertToInt<std::uint32_t>();
    const Wiped<Polynomial> turned(s.value.AutomorphismTransform(inverse));
    return switching(s.value, turned.value, chain, level);
  }

  void encapsulation(ckks::EvaluationKeys& keys) override {
    const int top = engine_.parameters().top_level();
    const Chain all = extended(top);
    {
      const Wiped<Polynomial> sparse(over(all, sparse_.value)), dense(over(all, secret_.value));
      keys.from_sparse = switching(sparse.value, dense.value, all, top);
    }

    // b = -a s' + e + p s on the limb q0, over q0 and the first special prime.
    const std::uint16_t moduli[2] = {0, static_cast<std::uint16_t>(engine_.p_index(0))};
    const auto& p = engine_.parameters();
    const Chain two = chain_of({p.q()[0], p.p()[0]});
    keys.to_sparse_seed = uniform_seed_;
    keys.to_sparse_stream = ++stream_;
    keys.to_sparse_a = engine_.allocate({2, false});
    engine_.device().uniform({keys.to_sparse_a.data(), moduli, 2}, uniform_seed_, stream_);
    const Polynomial a = from_engine(two, {keys.to_sparse_a.data(), moduli, 2});
    const Wiped<Polynomial> sparse(over(two, sparse_.value)), dense(over(two, secret_.value));
    const Wiped<Polynomial> error(Polynomial(error_, two, Format::EVALUATION)), product(a * sparse.value);
    const Wiped<NativePoly> scaled(dense.value.GetElementAtIndex(0) * NativeInteger(p.p()[0] % p.q()[0]));
    Polynomial b = error.value - product.value;
    NativePoly low = b.GetElementAtIndex(0);
    low += scaled.value;
    b.SetElementAtIndex(0, std::move(low));
    keys.to_sparse_b = engine_.allocate({2, false});
    to_engine({keys.to_sparse_b.data(), moduli, 2}, b);
  }

 private:
  Chain chain_of(const std::vector<std::uint64_t>& primes) {
    const std::uint32_t order = 2 * engine_.parameters().ring_degree();
    std::vector<NativeInteger> moduli, roots;
    for (const std::uint64_t prime : primes) {
      moduli.emplace_back(prime);
      NativeInteger& root = roots_[prime];
      if (root == NativeInteger(0)) root = lbcrypto::RootOfUnity<NativeInteger>(order, NativeInteger(prime));
      roots.push_back(root);
    }
    return std::make_shared<ILDCRTParams<BigInteger>>(order, moduli, roots);
  }

  /// q0 .. q_level and all special primes.
  Chain extended(int level) {
    const auto& p = engine_.parameters();
    std::vector<std::uint64_t> primes(p.q().begin(), p.q().begin() + level + 1);
    primes.insert(primes.end(), p.p().begin(), p.p().end());
    return chain_of(primes);
  }

  /// A small secret modulo each prime of a chain, evaluation form.
  static Polynomial over(const Chain& chain, const NativePoly& small) {
    Polynomial out(chain, Format::COEFFICIENT, true);
    for (std::size_t i = 0; i < chain->GetParams().size(); ++i) {
      NativePoly limb = small;
      const auto& prime = chain->GetParams()[i];
      limb.SwitchModulus(prime->GetModulus(), prime->GetRootOfUnity(), 0, 0);
      out.SetElementAtIndex(static_cast<std::uint32_t>(i), std::move(limb));
    }
    out.SetFormat(Format::EVALUATION);
    return out;
  }

  /// Public polynomials of the engine (evaluation form) and back, through coefficients.
  Polynomial from_engine(const Chain& chain, device::Limbs limbs) const {
    const std::size_t n = engine_.n();
    device::Buffer copy = engine_.device().allocate(limbs.count * n);
    engine_.device().copy(copy.data(), limbs.data, limbs.count * n);
    engine_.device().intt({copy.data(), limbs.moduli, limbs.count});
    Residues host(limbs.count * n);
    engine_.device().download(host.data(), copy.data(), host.size());
    return from_residues(chain, host);
  }
  void to_engine(device::Limbs limbs, const Polynomial& polynomial) const {
    const Residues host = to_residues(polynomial);
    engine_.device().upload(limbs.data, host.data(), host.size());
    engine_.device().ntt(limbs);
  }

  /// For digit d: b = -a s_to + e + P g_d s_from; the form of ckks::SwitchingKey.
  ckks::SwitchingKey switching(const Polynomial& from, const Polynomial& to, const Chain& chain, int level) {
    const auto& p = engine_.parameters();
    const ckks::Basis basis{level + 1, true};
    ckks::SwitchingKey key;
    key.level = level;
    key.seed = uniform_seed_;
    key.stream = stream_ + 1;
    for (int d = 0; d < p.digit_count(level); ++d) {
      key.a.push_back(engine_.allocate(basis));
      engine_.device().uniform(engine_.view(key.a.back()), uniform_seed_, ++stream_);
      const Polynomial a = from_engine(chain, engine_.view(key.a.back()));
      // With b, which is public, each of these gives the secret.
      const Wiped<Polynomial> error(Polynomial(error_, chain, Format::EVALUATION)), product(a * to);
      Polynomial b = error.value - product.value;
      for (int i = p.digit_begin(d); i < std::min(p.digit_begin(d + 1), level + 1); ++i) {
        const NativeInteger q(p.q()[static_cast<std::size_t>(i)]);
        NativeInteger special(1);
        for (const std::uint64_t prime : p.p()) special = special.ModMul(NativeInteger(prime).Mod(q), q);
        const auto index = static_cast<std::uint32_t>(i);
        NativePoly limb = b.GetElementAtIndex(index);
        const Wiped<NativePoly> scaled(from.GetElementAtIndex(index) * special);
        limb += scaled.value;
        b.SetElementAtIndex(index, std::move(limb));
      }
      key.b.push_back(engine_.allocate(basis));
      to_engine(engine_.view(key.b.back()), b);
    }
    return key;
  }

  const ckks::Context& engine_;
  Wiped<NativePoly> secret_, sparse_{NativePoly()};  // coefficient form, modulo q0
  Polynomial::DggType error_;
  Seed uniform_seed_;
  std::uint64_t stream_ = 0;
  std::map<std::uint64_t, NativeInteger> roots_;
};

}  // namespace

EngineClient::EngineClient(const std::string& parameter_set, int threads)
    : engine_(ckks::Parameters::named(parameter_set), threads), openfhe_(context_over(engine_.parameters())) {
  const Seed random = Random::seed_from_os();
  std::copy_n(random.begin(), key_id_.size(), key_id_.begin());
  secret_ = wiped_at_end(openfhe_->KeyGen().secretKey);
  secret_->SetKeyTag(ckks::hex(key_id_));
}

EngineClient::EngineClient(const std::string& parameter_set, int threads, const ckks::KeyId& id,
                           const std::function<PrivateKey(const Context&)>& secret)
    : engine_(ckks::Parameters::named(parameter_set), threads),
      openfhe_(context_over(engine_.parameters())),
      key_id_(id) {
  secret_ = secret(openfhe_);
  // The digest of a key file covers OpenFHE's own bytes, which contain the tag, and not the id beside them.
  require<FormatError>(secret_->GetKeyTag() == ckks::hex(key_id_), "secret key: key id: expected ",
                       secret_->GetKeyTag(), ", as inside the key; actual ", ckks::hex(key_id_));
}

Bytes EngineClient::encrypt(const std::vector<std::complex<double>>& slots, int level) const {
  const ckks::Parameters& p = engine_.parameters();
  require<LevelError>(level >= 0 && level <= p.bootstrap_output_level(), "level: expected 0 to ",
                      p.bootstrap_output_level(), ", actual ", level);
  const auto plain = encode(openfhe_, slots, p.scale(level), static_cast<std::size_t>(level) + 1);
  const RnsCiphertext made = to_residues(openfhe_->Encrypt(secret_, plain), p.scale(level));
  ckks::Ciphertext out{{}, level, p.scale(level)};
  for (const Residues& part : made.parts) {
    out.parts.push_back(engine_.allocate({level + 1, false}));
    engine_.device().upload(out.parts.back().data(), part.data(), part.size());
    engine_.device().ntt(engine_.view(out.parts.back()));
  }
  return ckks::serialize(engine_, out, key_id_);
}

std::vector<std::complex<double>> EngineClient::decrypt(ByteView bytes) const {
  const ckks::Ciphertext stored = ckks::deserialize(engine_, bytes, key_id_);
  const auto& q = engine_.parameters().q();
  const int limbs = std::min(stored.level + 1, 2);  // two tell the message
  RnsCiphertext residues{static_cast<std::uint32_t>(engine_.n()), {q.begin(), q.begin() + limbs}, stored.scale, {}};
  for (const ckks::RnsPoly& part : stored.parts) {
    const ckks::RnsPoly copy = engine_.copy(part, limbs);
    engine_.device().intt(engine_.view(copy));
    residues.parts.emplace_back(static_cast<std::size_t>(limbs) * engine_.n());
    engine_.device().download(residues.parts.back().data(), copy.data(), residues.parts.back().size());
  }
  return openfhe::decrypt(openfhe_, secret_, from_residues(openfhe_, residues, secret_->GetKeyTag()), stored.scale);
}

std::unique_ptr<owner::BundleWriter> EngineClient::bundle_writer(const std::string& directory,
                                                                 const owner::KeyPlan& plan) const {
  return std::make_unique<owner::BundleWriter>(engine_, std::make_unique<OpenFheKeySource>(engine_, secret_), key_id_,
                                               directory, plan);
}

}  // namespace hetal::openfhe
