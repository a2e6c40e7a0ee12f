#include "jni/openfhe/secret_bytes.h"

#include <cstring>

#include "jni/openfhe/archives.h"

namespace hetal::openfhe::boundary {
namespace {

struct Wiped {
  Bytes bytes;
  explicit Wiped(Bytes b = {}) : bytes(std::move(b)) {}
  ~Wiped() { clear(bytes); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  static void clear(Bytes& bytes) {
    if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
  }
};

/// Collects what is written; memory that it outgrows is overwritten, too.
class WipedBuffer final : public std::streambuf {
 public:
  ByteView view() const { return {kept_.bytes.data(), size_}; }

 protected:
  std::streamsize xsputn(const char* from, std::streamsize count) override {
    const auto more = static_cast<std::size_t>(count);
    if (size_ + more > kept_.bytes.size()) grow(size_ + more);
    std::memcpy(kept_.bytes.data() + size_, from, more);
    size_ += more;
    return count;
  }
  int_type overflow(int_type c) override {
    const char value = traits_type::to_char_type(c);
    xsputn(&value, 1);
    return c;
  }

 private:
  void grow(std::size_t least) {
    Bytes larger(std::max<std::size_t>(2 * least, 1 << 16));
    std::copy_n(kept_.bytes.begin(), size_, larger.begin());
    Wiped::clear(kept_.bytes);
    kept_.bytes = std::move(larger);
  }

  Wiped kept_;
  std::size_t size_ = 0;
};

}  // namespace

jbyteArray private_key_bytes(JNIEnv* env, const PrivateKey& key) {
  WipedBuffer buffer;
  std::ostream out(&buffer);
  lbcrypto::Serial::Serialize(key, out, lbcrypto::SerType::BINARY);
  return from_bytes(env, buffer.view());
}

PrivateKey private_key_from(const Context& context, Bytes bytes) {
  const WithoutTables without_tables;
  Wiped held(std::move(bytes));
  PrivateKey out = wiped_at_end(from<PrivateKey>(held.bytes, "secret key"));
  require_context(context, out, "secret key");
  return out;
}

}  // namespace hetal::openfhe::boundary
