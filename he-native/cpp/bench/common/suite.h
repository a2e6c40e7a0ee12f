// The engine's operations, timed and then verified by decryption.
#pragma once

#include <complex>
#include <map>
#include <string>
#include <vector>

#include "bootstrap/bootstrapper.h"
#include "bootstrap/sparse_bootstrapper.h"
#include "owner/encryption.h"
#include "owner/key_generator.h"
#include "common/report.h"

namespace hetal::bench {

using Slots = std::vector<std::complex<double>>;

/// A result that decryption does not confirm: its time is not reported.
class NotVerified : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Suite {
 public:
  /// Makes the keys that the operations need: for a secure set about 20 seconds and 7 GB. On a device other than the
  /// CPU, the same on the CPU, to which every result must be equal.
  Suite(const ckks::Parameters& parameters, const device::Choice& device, bool with_bootstraps);

  Setting setting() const;
  /// Encryption, rotation, multiplication with relinearization and rescaling, the NTT and the parts of a key switch, at
  /// `level`. Throws NotVerified.
  std::vector<Entry> operations(int level);
  /// One real vector, and two in one bootstrap: of all slots, then of each count in `sparse`, where two have half as
  /// many slots each.
  std::vector<Entry> bootstraps(int repetitions, const std::vector<std::uint32_t>& sparse);
  /// A bootstrap of two vectors and `rotations` rotations at `level`: one after the other, then the rotations on a
  /// thread of their own beside the bootstrap. They answer whether rotating features ahead of time saves any.
  std::vector<Entry> bootstrap_and_rotations(int repetitions, int rotations, int level);

 private:
  Slots random_slots();
  Slots random_slots(std::uint32_t period);
  void prepare_sparse(std::uint32_t slots);
  ckks::Ciphertext encrypt(const Slots& slots, int level);
  Slots decrypt(const ckks::Ciphertext& a) const;
  Entry rotation(int level);
  Entry multiplication(int level);
  Entry encryption(int level);
  Entry transform(int level);
  std::vector<Entry> key_switch_parts(int level);
  /// Once to warm up, then as often as asked, each time as many as make the wait for the device small beside them.
  template <typename Body>
  Entry repeated(const std::string& name, int level, const Body& body) const;
  template <typename Body>
  double timed(const Body& body) const;
  /// Throws NotVerified unless `result`, computed again on the CPU by work(suite), has the same residues.
  template <typename Work>
  void equal_to_cpu(const std::string& name, const ckks::Ciphertext& result, std::uint64_t stream, const Work& work);

  ckks::Context context_;
  owner::SecretKey secret_;
  owner::KeyGenerator generator_;
  ckks::EvaluationKeys keys_;
  ckks::Evaluator evaluator_;
  std::unique_ptr<bootstrap::Bootstrapper> bootstrapper_;
  std::map<std::uint32_t, std::unique_ptr<bootstrap::SparseBootstrapper>> sparse_;
  Seed encryption_seed_;
  std::uint64_t stream_ = 0;
  std::unique_ptr<Suite> cpu_;  ///< null on the CPU
};

}  // namespace hetal::bench
