// The rules behind JNI, with the messages of org.hetal.he.EvaluatorRules (EvaluatorConformance has the same texts).
#include "engine/engine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "base/error.h"
#include "owner/client.h"

namespace hetal {
namespace {

class EngineRules : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / ("hetal-engine-rules-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    owner::Client client("insecure_n10_l12", 1, Random::insecure_seed(1), true);
    owner::KeyPlan plan;
    plan.level_of_steps[1] = 2;
    const auto writer = client.bundle_writer(folder_.string(), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
    engine_ = std::make_unique<engine::Engine>(folder_.string(), device::Choice::cpu(1));
  }
  static void TearDownTestSuite() {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }

  template <typename Error>
  static void expect(const std::string& message, const std::function<void()>& call) {
    try {
      call();
      FAIL() << "expected: " << message;
    } catch (const Error& e) { EXPECT_EQ(message, e.what()); }
  }
  static engine::Engine& engine() { return *engine_; }

  static std::filesystem::path folder_;
  static std::unique_ptr<engine::Engine> engine_;
};

std::filesystem::path EngineRules::folder_;
std::unique_ptr<engine::Engine> EngineRules::engine_;

TEST_F(EngineRules, WithoutKeysTheManifestSuffices) {
  const auto folder = folder_ / "manifest-alone";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(folder_ / ckks::kManifestFile, folder / ckks::kManifestFile);
  EXPECT_THROW(engine::Engine(folder.string(), device::Choice::cpu(1)), FileError);
  engine::Engine without(folder.string(), device::Choice::cpu(1), "", engine::Engine::Keys::none);
  const auto x = without.deserialize(engine().serialize(engine().zero(2)));
  EXPECT_EQ(engine().serialize(engine().add(engine().zero(2), engine().zero(2))), without.serialize(without.add(x, x)));
  expect<MissingKey>("expected a key for the rotation by 1 at level 2, actual none", [&] { without.rotate(x, 1); });
}

TEST_F(EngineRules, AManifestThatIsALinkIsRefused) {
  const auto folder = folder_ / "link";
  std::filesystem::create_directories(folder);
  std::filesystem::create_symlink(folder_ / ckks::kManifestFile, folder / ckks::kManifestFile);
  expect<FileError>("cannot read " + (folder / ckks::kManifestFile).string() + ": Too many levels of symbolic links",
                    [&] { engine::Engine(folder.string(), device::Choice::cpu(1), "", engine::Engine::Keys::none); });
}

TEST_F(EngineRules, MessagesAreThoseOfJava) {
  const auto x = engine().zero(5), low = engine().zero(4), bottom = engine().zero(0);
  const auto square = engine().multiply_sum({&x}, engine::CiphertextList{&x});
  const auto three = engine().rescale(square);
  const auto p = engine().encode({0.5}, 4);
  expect<LevelError>("level: expected 0 to 15, actual 16", [&] { engine().zero(16); });
  expect<LevelError>("add: expected equal levels, actual 5 and 4", [&] { engine().add(x, low); });
  expect<LevelError>("sub: expected equal levels, actual 5 and 4", [&] { engine().sub(x, p); });
  expect<ScaleError>("add: expected equal scale degrees, actual 1 and 2", [&] { engine().add(x, square); });
  expect<InvalidArgument>("integer factor: expected a magnitude of at most 2^20, actual 1048577",
                          [&] { engine().multiply_integer(x, 1048577); });
  expect<LevelError>("multiply: expected equal levels, actual 5 and 4",
                     [&] { engine().multiply_sum({&x}, engine::CiphertextList{&low}); });
  expect<ScaleError>("multiply: expected scale degree 1, actual 2", [&] { engine().multiply(square, 0.5); });
  expect<LevelError>("multiply: expected a level of at least 1, actual 0", [&] { engine().multiply(bottom, 0.5); });
  expect<InvalidArgument>("multiply: expected 2 parts, actual 3",
                          [&] { engine().multiply_sum({&three}, engine::CiphertextList{&three}); });
  expect<InvalidArgument>("multiplySum: expected equal numbers of terms, at least 1; actual 1 and 2",
                          [&] { engine().multiply_sum({&x}, engine::CiphertextList{&x, &x}); });
  expect<InvalidArgument>("multiplySumPlain: expected equal numbers of terms, at least 1; actual 0 and 0",
                          [&] { engine().multiply_sum({}, engine::PlaintextList{}); });
  expect<LevelError>("rescale: expected a level of at least 1, actual 0", [&] { engine().rescale(bottom); });
  expect<ScaleError>("rescale: expected scale degree 2, actual 1", [&] { engine().rescale(x); });
  expect<LevelError>("dropToLevel: expected a level of 0 to 5, actual 6", [&] { engine().drop_to_level(x, 6); });
  expect<InvalidArgument>("rotate: expected 2 parts, actual 3", [&] { engine().rotate(square, 1); });
  expect<InvalidArgument>("rotateAll: expected 2 parts, actual 3", [&] { engine().rotate_all(square, {1}); });
  expect<InvalidArgument>("rotateSum: expected 2 parts, actual 3", [&] { engine().rotate_sum(square, {1}); });
  expect<InvalidArgument>("conjugate: expected 2 parts, actual 3", [&] { engine().conjugate(square); });
  expect<InvalidArgument>("rotateSum: expected equal numbers of terms, at least 1; actual 0 and 0",
                          [&] { engine().rotate_sum(x, {}); });
  expect<LevelError>("sumRotated: expected equal levels, actual 5 and 4",
                     [&] { engine().sum_rotated({&x, &low}, {1, 1}); });
  expect<LevelError>("multiplyRotated: expected equal levels, actual 5 and 4",
                     [&] { engine().multiply_rotated(x, {1}, {{&p}}); });
  expect<InvalidArgument>("multiplyRotated: expected at least 1 factor in each row, actual none",
                          [&] { engine().multiply_rotated(x, {1}, {{nullptr}}); });
  expect<LevelError>("bootstrap: expected a level of at least 3, actual 0", [&] { engine().bootstrap(bottom, 512); });
  expect<LevelError>("bootstrapPair: expected equal levels, actual 5 and 4",
                     [&] { engine().bootstrap_pair(x, low, 512); });
  expect<InvalidArgument>("bootstrap: slots: expected a power of two of 16 to 512, actual 8",
                          [&] { engine().bootstrap(x, 8); });
  expect<InvalidArgument>("bootstrapPair: slots: expected a power of two of 8 to 512, actual 24",
                          [&] { engine().bootstrap_pair(x, x, 24); });
  expect<ScaleError>("serialize: expected scale degree 1, actual 2", [&] { engine().serialize(square); });
}

TEST_F(EngineRules, MessagesOfMissingKeysAreThoseOfJava) {
  const auto x = engine().zero(5);
  const auto square = engine().multiply_sum({&x}, engine::CiphertextList{&x});
  expect<MissingKey>("expected a key for the rotation by 9 at level 5, actual none", [&] { engine().rotate(x, 9); });
  expect<MissingKey>("expected a key for the rotation by 1 at level 5, actual one up to level 2",
                     [&] { engine().rotate(x, 1); });
  expect<MissingKey>("expected a key for conjugation at level 5, actual none", [&] { engine().conjugate(x); });
  expect<MissingKey>("expected a key for relinearization at level 5, actual none",
                     [&] { engine().relinearize(square); });
}

}  // namespace
}  // namespace hetal
