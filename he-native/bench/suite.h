// The engine's operations, timed and then verified by decryption.
#pragma once

#include <complex>
#include <map>
#include <string>
#include <vector>

#include "bootstrap/bootstrapper.h"
#include "owner/key_generator.h"
#include "report.h"

namespace hetal::bench {

using Slots = std::vector<std::complex<double>>;

/// A result that decryption does not confirm: its time is not reported.
class NotVerified : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Suite {
 public:
  /// Makes the keys that the operations need: for a secure set about 20 seconds and 7 GB.
  Suite(const std::string& parameter_set, int threads, bool with_bootstraps);

  Setting setting() const;
  /// Encryption, rotation, multiplication with relinearisation and rescaling, the NTT and the parts of a key switch, at
  /// `level`. Throws NotVerified.
  std::vector<Entry> operations(int level);
  /// One real vector, and two in one bootstrap.
  std::vector<Entry> bootstraps(int repetitions);

 private:
  Slots random_slots();
  ckks::Ciphertext encrypt(const Slots& slots, int level);
  Slots decrypt(const ckks::Ciphertext& a) const;
  Entry rotation(int level);
  Entry multiplication(int level);
  Entry encryption(int level);
  Entry transform(int level);
  std::vector<Entry> key_switch_parts(int level);

  ckks::Context context_;
  owner::SecretKey secret_;
  owner::KeyGenerator generator_;
  ckks::EvaluationKeys keys_;
  ckks::Evaluator evaluator_;
  std::unique_ptr<bootstrap::Bootstrapper> bootstrapper_;
  Seed encryption_seed_;
  std::uint64_t stream_ = 0;
};

}  // namespace hetal::bench
