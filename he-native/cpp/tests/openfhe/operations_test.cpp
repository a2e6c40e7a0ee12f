#include "openfhe/operations.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hetal::openfhe {
namespace {

TEST(OpenFheOperations, RefuseWhatOpenFheWouldRepair) {
  const Context context = make_context({.ring_degree = 1 << 10, .depth = 3, .scaling_bits = 50, .first_bits = 60});
  const auto keys = context->KeyGen(), others = context->KeyGen();
  const double scale = std::exp2(50);
  const Ciphertext a = context->Encrypt(keys.publicKey, encode(context, {0.5}, scale, 4));
  const Ciphertext foreign = context->Encrypt(others.publicKey, encode(context, {0.5}, scale, 4));
  const Ciphertext low = drop_to_level(context, a, 1);
  EXPECT_EQ(level(low), 1);
  EXPECT_THROW(add(context, a, low), LevelError);
  EXPECT_THROW(add(context, a, foreign), InvalidArgument);
  EXPECT_THROW(add(context, a, multiply(context, a, 2.0)), ScaleError);
  EXPECT_THROW(rescale(context, a), ScaleError);
  const std::vector<Ciphertext> one{a};
  const Ciphertext square = multiply_sum(context, one, one);
  EXPECT_EQ(parts(square), 3);
  EXPECT_THROW(relinearize(context, square), MissingKey);
  const std::vector<int> steps{1};
  EXPECT_THROW(rotate_all(context, a, steps, 1), MissingKey);
  EXPECT_THROW(conjugate(context, a), MissingKey);
  EXPECT_THROW(bootstrap(context, a), MissingKey);
  EXPECT_THROW(drop_to_level(context, a, 4), LevelError);
  EXPECT_THROW(multiply(context, drop_to_level(context, a, 0), 2.0), LevelError);
  release_context(context);
}

TEST(OpenFheOperations, RotationsDoNotDependOnThreads) {
  const Context context = make_context({.ring_degree = 1 << 10, .depth = 3, .scaling_bits = 50, .first_bits = 60});
  const auto keys = context->KeyGen();
  context->EvalRotateKeyGen(keys.secretKey, {1, 2, 3, 4});
  const Ciphertext a = context->Encrypt(keys.publicKey, encode(context, {0.5, 1.0}, std::exp2(50), 4));
  const std::vector<int> steps{1, 2, 3, 4, 0};
  const auto one = rotate_all(context, a, steps, 1), three = rotate_all(context, a, steps, 3);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(to_residues(one[i]->GetElements()[0]), to_residues(three[i]->GetElements()[0]));
  }
  release_context(context);
}

}  // namespace
}  // namespace hetal::openfhe
