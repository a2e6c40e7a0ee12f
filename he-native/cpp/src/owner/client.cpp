#include "owner/client.h"

#include <algorithm>

#include "base/files.h"
#include "ckks/evaluator.h"
#include "ckks/key_file.h"
#include "ckks/limb_packing.h"
#include "owner/encryption.h"

namespace hetal::owner {
namespace {

using ckks::Context;
using ckks::KeyKind;
using ckks::Parameters;

constexpr char kSecretMagic[] = "HETALSEC", kPublicMagic[] = "HETALPUB";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kNameBytes = 32;
/// Streams of the master seed: SecretKey takes 0.
constexpr std::uint64_t kKeyIdStream = 1, kSeedStreams = 1u << 20;

/// After the prefix every owner file says the parameter set's name, zero-padded.
void write_name(ByteWriter& out, const Parameters& parameters) {
  std::array<char, kNameBytes> name{};
  require<InvalidArgument>(parameters.name().size() < kNameBytes, "parameter set: name too long");
  std::copy(parameters.name().begin(), parameters.name().end(), name.begin());
  out.raw(name.data(), name.size());
}

/// The name stands at a fixed place, so that a context can be made before the rest is read.
std::unique_ptr<Context> context_of(ByteView file, const char* what, int threads) {
  constexpr std::size_t kNameAt = 8 + 4 + sizeof(Digest) + sizeof(ckks::KeyId);
  ByteReader in(file, what);
  in.raw(kNameAt, "prefix");
  const auto raw = in.array<kNameBytes>("parameter set");
  const std::size_t length = static_cast<std::size_t>(std::find(raw.begin(), raw.end(), 0) - raw.begin());
  const std::string name(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(length));
  const auto& sets = ckks::parameter_sets();
  require<FormatError>(std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return set.name == name; }), what,
                       ": parameter set: unknown");
  require<FormatError>(std::all_of(raw.begin() + static_cast<std::ptrdiff_t>(length), raw.end(),
                                   [](std::uint8_t byte) { return byte == 0; }),
                       what, ": parameter set: expected zeros after the name ", name);
  return std::make_unique<Context>(Parameters::named(name), threads);
}

std::vector<std::int64_t> unpack_ternary(const std::uint8_t* packed, std::size_t n, const char* field) {
  std::vector<std::int64_t> out(n);
  bool good = true;
  for (std::size_t i = 0; i < n; ++i) {
    const int code = packed[i / 4] >> (2 * (i % 4)) & 3;
    good &= code != 3;
    out[i] = code == 2 ? -1 : code;
  }
  if (!good) explicit_bzero(out.data(), n * sizeof(std::int64_t));
  require<FormatError>(good, "secret key: ", field, ": expected coefficients of -1, 0 and 1");
  return out;
}

void pack_ternary(std::uint8_t* packed, std::span<const std::int64_t> values) {
  std::memset(packed, 0, values.size() / 4);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const unsigned code = values[i] == -1 ? 2u : static_cast<unsigned>(values[i]);
    packed[i / 4] = static_cast<std::uint8_t>(packed[i / 4] | code << (2 * (i % 4)));
  }
}

void require_level(const Context& context, int level) {
  const int highest = context.parameters().bootstrap_output_level();
  require<LevelError>(level >= 0 && level <= highest, "level: expected 0 to ", highest, ", actual ", level);
}

}  // namespace

Client::Client(const std::string& parameter_set, int threads, const Seed& seed, bool insecure_deterministic)
    : context_(std::make_unique<Context>(Parameters::named(parameter_set), threads)),
      secret_(std::make_unique<SecretKey>(*context_, seed)),
      insecure_deterministic_(insecure_deterministic) {
  require<SecurityError>(!insecure_deterministic || context_->parameters().insecure(), parameter_set,
                         ": expected an insecure_ parameter set for a key pair of a known seed");
  if (insecure_deterministic) long_lived_seeds().master = seed;
  Random random(seed, kKeyIdStream);
  for (std::size_t i = 0; i < key_id_.size(); i += 8) {
    const std::uint64_t word = random.next();
    std::memcpy(key_id_.data() + i, &word, 8);
  }
  long_lived_seeds().encryption = next_seed().value();
}

Client::Client(ByteView file, int threads) : context_(context_of(file, "secret key", threads)) {
  ByteReader in(file, "secret key");
  key_id_ = ckks::read_prefix(in, kSecretMagic, kVersion, context_->parameters());
  in.raw(kNameBytes, "parameter set");
  const std::size_t n = context_->n();
  in.check_digest(n / 2);
  SecretVector dense(unpack_ternary(in.raw(n / 4, "secret"), n, "secret"));
  SecretVector sparse(unpack_ternary(in.raw(n / 4, "sparse secret"), n, "sparse secret"));
  // Another weight would break the bound on the overflow of a bootstrap, or the security of the sparse secret.
  const auto weight = static_cast<int>(n) - std::count(sparse.values.begin(), sparse.values.end(), 0);
  require<FormatError>(weight == ckks::kSparseWeight, "secret key: sparse secret: expected ", ckks::kSparseWeight,
                       " coefficients that are not 0, actual ", weight);
  secret_ = std::make_unique<SecretKey>(dense.values, sparse.values);
  long_lived_seeds().encryption = next_seed().value();
}

Client::~Client() = default;

const std::string& Client::lock_refusal() const {
  return secret_->lock_refusal().empty() ? seed_memory_.refusal() : secret_->lock_refusal();
}

SecretSeed Client::next_seed() {
  return insecure_deterministic_ ? derived(long_lived_seeds().master, kSeedStreams + ++seeds_)
                                 : SecretSeed(Random::seed_from_os());
}

Bytes Client::encrypt(const std::vector<std::complex<double>>& slots, int level) {
  require_level(*context_, level);
  const std::uint64_t stream = ++encryptions_;
  const Seed& seed = long_lived_seeds().encryption;
  const ckks::Ciphertext c = owner::encrypt(*context_, *secret_, seed, stream, slots, level);
  return ckks::serialize(*context_, c, key_id_, ckks::Seeded{uniform_seed(seed), stream});
}

std::vector<std::complex<double>> Client::decrypt(ByteView ciphertext) const {
  return owner::decrypt(*context_, *secret_, ckks::deserialize(*context_, ciphertext, key_id_));
}

Bytes Client::secret_key_file() const {
  ByteWriter out;
  const std::size_t n = context_->n();
  out.bytes().reserve(n);  // a reallocation would leave a copy of the secret in freed memory
  ckks::write_prefix(out, kSecretMagic, kVersion, context_->parameters(), key_id_);
  write_name(out, context_->parameters());
  pack_ternary(out.room(n / 4), secret_->coefficients());
  pack_ternary(out.room(n / 4), secret_->sparse());
  out.finish();
  return std::move(out.bytes());
}

void Client::save_secret_key(const std::string& path) const {
  const SecretBytes file(secret_key_file());
  write_new_private_file(path, file.view());
}

void Client::save_public_key(const std::string& path) {
  require<FileWriteError>(!file_exists(path), "refusing to overwrite ", path);
  const int level = context_->parameters().bootstrap_output_level();
  const PublicKey key = make_public_key(*context_, *secret_, next_seed().value(), level);
  write_file_atomically(path, public_key_file(*context_, key, key_id_));
}

Bytes public_key_file(const Context& context, const PublicKey& key, const ckks::KeyId& id) {
  ByteWriter out;
  ckks::write_prefix(out, kPublicMagic, kVersion, context.parameters(), id);
  write_name(out, context.parameters());
  out.u32(static_cast<std::uint32_t>(key.level));
  out.raw(key.seed.data(), key.seed.size());
  out.u64(key.stream);
  ckks::pack_limbs(context, context.view(key.b), out);
  out.finish();
  return std::move(out.bytes());
}

StoredPublicKey read_public_key(const Context& context, ByteView file) {
  ByteReader in(file, "public key");
  StoredPublicKey out{ckks::read_prefix(in, kPublicMagic, kVersion, context.parameters()), {}};
  in.raw(kNameBytes, "parameter set");
  const std::uint32_t level = in.u32("level");
  const int highest = context.parameters().bootstrap_output_level();
  require<FormatError>(level == static_cast<std::uint32_t>(highest), "public key: level: expected ", highest,
                       ", actual ", level);
  PublicKey& key = out.key;
  key.level = highest;
  key.seed = in.array<sizeof(Seed)>("seed");
  key.stream = in.u64("stream");
  key.b = context.allocate({highest + 1, false});
  key.a = context.allocate({highest + 1, false});
  const device::Limbs b = context.view(key.b);
  in.check_digest(ckks::packed_bytes(context, b));
  ckks::unpack_limbs(context, b, in.raw(ckks::packed_bytes(context, b), "residues"), "public key");
  context.device().uniform(context.view(key.a), key.seed, key.stream);
  return out;
}

std::unique_ptr<BundleWriter> Client::bundle_writer(const std::string& directory, const KeyPlan& plan) {
  return std::make_unique<BundleWriter>(
      *context_, std::make_unique<KeyGenerator>(*context_, *secret_, next_seed().value()), key_id_, directory, plan);
}

BundleWriter::BundleWriter(const Context& context, std::unique_ptr<KeySource> source, const ckks::KeyId& id,
                           std::string directory, const KeyPlan& plan)
    : context_(context),
      source_(std::move(source)),
      directory_(std::move(directory)),
      manifest_{context.parameters().name(), context.parameters().hash(), id, {}} {
  const Parameters& p = context.parameters();
  const std::uint32_t slots = p.slot_count();
  std::map<std::uint32_t, int> galois;
  auto note = [&](std::uint32_t element, int level) {
    require<LevelError>(level >= 0 && level <= p.top_level(), "key plan: level: expected 0 to ", p.top_level(),
                        ", actual ", level);
    int& at = galois.try_emplace(element, level).first->second;
    at = std::max(at, level);
  };
  for (const auto& [steps, level] : plan.level_of_steps) {
    require<InvalidArgument>(steps > 0 && steps < slots, "key plan: rotation: expected 1 to ", slots - 1, ", actual ",
                             steps);
    note(context.encoder().rotation(steps), level);
  }
  if (plan.conjugation_level >= 0) note(2 * p.ring_degree() - 1, plan.conjugation_level);
  int relinearization = plan.relinearization_level;
  if (plan.bootstrap) {
    const bootstrap::Bootstrapper bootstrapper(context);
    for (const auto& [element, level] : bootstrapper.galois_levels()) note(element, level);
    relinearization = std::max(relinearization, bootstrapper.relinearization_level());
  }
  for (const std::uint32_t count : plan.sparse_bootstraps) {
    for (const auto& [steps, level] : bootstrap::sparse_rotation_levels(p, count)) {
      note(context.encoder().rotation(steps), level);
    }
    note(2 * p.ring_degree() - 1, p.eval_mod_level() + 1);
    relinearization = std::max(relinearization, p.eval_mod_level());
  }
  if (relinearization >= 0) {
    require<LevelError>(relinearization <= p.top_level(), "key plan: level: expected 0 to ", p.top_level(), ", actual ",
                        relinearization);
    wanted_.push_back({KeyKind::relinearization, 0, relinearization});
  }
  for (const auto& [element, level] : galois) wanted_.push_back({KeyKind::galois, element, level});
  if (plan.bootstrap || !plan.sparse_bootstraps.empty()) {
    wanted_.push_back({KeyKind::to_sparse, 0, 0});
    wanted_.push_back({KeyKind::from_sparse, 0, p.top_level()});
  }
  require<FileWriteError>(!file_exists(directory_ + "/" + ckks::kManifestFile),
                          "refusing to overwrite the key bundle in ", directory_);
  make_directories(directory_);
}

std::size_t BundleWriter::done() const {
  const std::lock_guard lock(mutex_);
  return manifest_.keys.size();
}

std::uint64_t BundleWriter::write_next() {
  const std::lock_guard lock(mutex_);
  require<InvalidArgument>(manifest_.keys.size() < total(), "key bundle: all ", total(), " keys are written");
  const Wanted& wanted = wanted_[manifest_.keys.size()];
  ckks::KeyEntry entry{wanted.kind, wanted.galois, wanted.level, 0, {}, ckks::name_of(wanted.kind)};
  Bytes bytes;
  switch (wanted.kind) {
    case KeyKind::relinearization:
      bytes = ckks::key_file(context_, manifest_.key_id, wanted.kind, 0, source_->relinearization(wanted.level),
                             entry.digest);
      break;
    case KeyKind::galois:
      entry.file = message("galois_", wanted.galois);
      bytes = ckks::key_file(context_, manifest_.key_id, wanted.kind, wanted.galois,
                             source_->galois(wanted.galois, wanted.level), entry.digest);
      break;
    case KeyKind::to_sparse:
      source_->encapsulation(encapsulation_);
      bytes = ckks::to_sparse_file(context_, manifest_.key_id, encapsulation_, entry.digest);
      break;
    case KeyKind::from_sparse:
      bytes = ckks::key_file(context_, manifest_.key_id, wanted.kind, 0, encapsulation_.from_sparse, entry.digest);
      break;
  }
  entry.file += ".key";
  entry.bytes = bytes.size();
  write_file_atomically(directory_ + "/" + entry.file, bytes);
  manifest_.keys.push_back(std::move(entry));
  return bytes.size();
}

void BundleWriter::commit() {
  const std::lock_guard lock(mutex_);
  require<InvalidArgument>(manifest_.keys.size() == total(), "key bundle: expected ", total(),
                           " keys before its manifest, actual ", manifest_.keys.size());
  const std::string text = ckks::to_text(manifest_);
  write_file_atomically(directory_ + "/" + ckks::kManifestFile,
                        {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Encryptor::Encryptor(ByteView file, int threads) : context_(context_of(file, "public key", threads)) {
  StoredPublicKey stored = read_public_key(*context_, file);
  key_id_ = stored.id;
  key_ = std::move(stored.key);
  seed() = SecretSeed(Random::seed_from_os()).value();
}

Bytes Encryptor::encrypt(const std::vector<std::complex<double>>& slots, int level) {
  require_level(*context_, level);
  return ckks::serialize(*context_, owner::encrypt(*context_, key_, seed(), ++encryptions_, slots, level), key_id_);
}

Bytes Encryptor::add(ByteView a, ByteView b) const {
  const ckks::Ciphertext x = ckks::deserialize(*context_, a, key_id_), y = ckks::deserialize(*context_, b, key_id_);
  require<FormatError>(x.level == y.level, "sum of ciphertexts: level: expected ", x.level, ", actual ", y.level);
  const ckks::EvaluationKeys none;
  return ckks::serialize(*context_, ckks::Evaluator(*context_, none).add(x, y), key_id_);
}

}  // namespace hetal::owner
