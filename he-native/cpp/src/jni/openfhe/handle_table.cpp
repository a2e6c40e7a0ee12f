#include <algorithm>
#include <atomic>
#include <latch>
#include <list>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/threads.h"
#include "jni/openfhe/boundary.h"

namespace hetal::openfhe::boundary {
namespace {

/// 0 until set: OpenFHE's own choice, all processors.
std::atomic<int> threads_of_process{0};

/// A polynomial over all primes of the largest context that there was.
std::atomic<std::size_t> polynomial_bytes{0};
/// More than it takes to make a context, before which its size is not known.
constexpr std::size_t kLeastReserve = std::size_t{256} << 20;

void know_size(const Context& context) {
  const auto parameters = std::dynamic_pointer_cast<lbcrypto::CryptoParametersRNS>(context->GetCryptoParameters());
  const std::size_t limbs = parameters->GetParamsQP()->GetParams().size();
  const std::size_t bytes = limbs * context->GetRingDimension() * sizeof(std::uint64_t);
  std::size_t known = polynomial_bytes;
  while (known < bytes && !polynomial_bytes.compare_exchange_weak(known, bytes)) {}
}

/// Holders of each context; changed under static_maps().
std::map<const void*, int>& holders() {
  static auto* const map = new std::map<const void*, int>;
  return *map;
}

/// Contexts that lost a holder, which the maps do not know yet.
struct Ended {
  std::mutex mutex;
  std::list<Context> contexts;
};
Ended& ended() {
  static auto* const all = new Ended;
  return *all;
}

thread_local int calls_of_thread = 0;

void drop_ended() {
  std::list<Context> contexts;
  {
    const std::lock_guard lock(ended().mutex);
    contexts.swap(ended().contexts);
  }
  if (contexts.empty()) return;
  const std::unique_lock lock(static_maps());
  for (const Context& context : contexts) {
    if (--holders()[context.get()] > 0) continue;
    holders().erase(context.get());
    release_context(context);
  }
}

}  // namespace

Handles& handles() {
  static Handles* const table = new Handles;  // never destroyed: Java's cleaner may call while the process ends
  return *table;
}

std::shared_mutex& static_maps() {
  static auto* const mutex = new std::shared_mutex;
  return *mutex;
}

HeldContext::HeldContext(Context context) : node_{std::move(context)} {
  ++holders()[value().get()];
  know_size(value());
}

std::size_t reserve_bytes(std::size_t polynomials) { return std::max(kLeastReserve, polynomials * polynomial_bytes); }

HeldContext::~HeldContext() {
  {
    const std::lock_guard lock(ended().mutex);
    ended().contexts.splice(ended().contexts.end(), node_);
  }
  if (calls_of_thread == 0) drop_ended();
}

MapsCall::MapsCall() { ++calls_of_thread; }
MapsCall::~MapsCall() {
  if (--calls_of_thread == 0) drop_ended();
}

Context context_of(jlong handle) { return handles().get<HeldContext>(handle, "context")->value(); }

Ciphertext ciphertext_of(const Context& context, jlong handle) {
  Ciphertext out = handles().get<HeldCiphertext>(handle, "ciphertext")->value;
  require<InvalidArgument>(out->GetCryptoContext() == context,
                           "expected a ciphertext of this context, actual one of ring degree ",
                           out->GetCryptoContext()->GetRingDimension(), " with other parameters");
  return out;
}

std::vector<Ciphertext> ciphertexts_of(const Context& context, const std::vector<jlong>& list) {
  std::vector<Ciphertext> out;
  for (const jlong handle : list) out.push_back(ciphertext_of(context, handle));
  return out;
}

lbcrypto::Plaintext plaintext_of(const Context& context, jlong handle) {
  const auto held = handles().get<HeldPlaintext>(handle, "plaintext");
  require<InvalidArgument>(held->context == context, "expected a plaintext of this context, actual one of ring degree ",
                           held->context->GetRingDimension(), " with other parameters");
  return held->value;
}

PublicKey public_key_of(const Context& context, jlong handle) {
  PublicKey out = handles().get<HeldPublicKey>(handle, "public key")->value;
  require<InvalidArgument>(out->GetCryptoContext() == context, "expected a public key of this context");
  return out;
}

jlong hold(Ciphertext ciphertext) {
  return handles().add(std::make_shared<HeldCiphertext>(HeldCiphertext{std::move(ciphertext)}));
}

jlongArray hold(JNIEnv* env, std::vector<Ciphertext> ciphertexts) {
  std::vector<jlong> out;
  out.reserve(ciphertexts.size());
  try {
    for (Ciphertext& ciphertext : ciphertexts) out.push_back(hold(std::move(ciphertext)));
    return from_longs(env, out);
  } catch (...) {
    for (const jlong handle : out) handles().remove(handle);
    throw;
  }
}

int set_threads([[maybe_unused]] int threads) {
#ifdef PARALLEL
  threads_of_process = threads;
  use_threads();
#endif
  return lbcrypto::OpenFHEParallelControls.GetNumThreads();
}

void use_threads() {
#ifdef PARALLEL
  thread_local int used = 0, tried = 0;
  const int wanted = threads_of_process;
  if (used != wanted) {
    omp_set_num_threads(wanted);
    used = wanted;
  }
  // OpenMP makes its threads for each thread that calls it, and ends the process when the system refuses one. So the
  // same number is started here before, where a refusal is an exception.
  const int needed = omp_get_max_threads();
  if (tried >= needed) return;
  std::latch all_started(1);
  ThreadGroup trial;
  try {
    for (int i = 1; i < needed; ++i) trial.start([&all_started] { all_started.wait(); });
  } catch (...) {
    all_started.count_down();
    throw;
  }
  all_started.count_down();
  tried = needed;
#endif
}

std::string cleaned(const std::string& message) {
  // "/path/to/file.cpp:l.123:Function(): text"
  const std::size_t line = message.find(":l.");
  const std::size_t end = line == std::string::npos ? std::string::npos : message.find("(): ", line);
  if (end == std::string::npos) return message;
  const std::size_t name = message.find(':', line + 1);
  return "OpenFHE " + message.substr(name + 1, end - name - 1) + ": " + message.substr(end + 4);
}

jbyteArray from_stream(JNIEnv* env, const std::ostringstream& out) {
  const std::string_view text = out.view();
  return from_bytes(env, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace hetal::openfhe::boundary
