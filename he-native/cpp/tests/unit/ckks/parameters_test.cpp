#include "ckks/parameters.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace hetal::ckks {

TEST(Parameters, DefaultMeetsTheSecurityTableWithTwelveLevelsOrMore) {
  const Parameters p = Parameters::named("n16_l12");
  EXPECT_EQ(p.security_bits(), 128);
  EXPECT_LE(p.log_qp(), 1746);
  EXPECT_GE(p.bootstrap_output_level() - p.bootstrap_input_level(), 12);
}

TEST(Parameters, TheDeeperSetMeetsTheSecurityTableWithFourteenLevels) {
  const Parameters p = Parameters::named("n16_l14");
  EXPECT_EQ(p.security_bits(), 128);
  EXPECT_LE(p.log_qp(), 1746);
  EXPECT_EQ(p.bootstrap_output_level() - p.bootstrap_input_level(), 14);
}

TEST(Parameters, ScalesStayNearTheirTarget) {
  for (const char* name : {"n16_l12", "n16_l14"}) {
    const Parameters p = Parameters::named(name);
    for (int level = 0; level <= p.bootstrap_output_level(); ++level) {
      EXPECT_NEAR(std::log2(p.scale(level)), p.literal().log_scale, 1e-4) << name << " " << level;
    }
    for (int level = p.bootstrap_output_level() + 1; level <= p.eval_mod_level(); ++level) {
      EXPECT_NEAR(std::log2(p.scale(level)), 49.9, 1e-3) << name << " " << level;
    }
  }
}

TEST(Parameters, TooLargeAModulusIsRefused) {
  ParameterLiteral literal = parameter_sets().front();
  literal.usable_levels = 15;
  literal.digits = {9, 8, 8, 8};
  literal.special_primes = 9;
  EXPECT_THROW(Parameters{literal}, SecurityError);
}

/// Each secret has a table of its own. The primes of a set are below 2^50, so its q0 p0 is below 2^100, which the table
/// allows for each N.
TEST(Parameters, TooLargeAModulusOfEitherSecretIsRefused) {
  const Parameters good = Parameters::named("n16_l12");
  EXPECT_LE(good.log_sparse_q(), 100);
  EXPECT_GT(good.log_sparse_q(), 99);
  EXPECT_NO_THROW(require_secure("set", 16, 1746, 126));
  EXPECT_NO_THROW(require_secure("set", 15, 868, 100));
  EXPECT_THROW(require_secure("set", 15, 868, 100.1), SecurityError);
  EXPECT_THROW(require_secure("set", 16, 1746.1, 99), SecurityError);
  EXPECT_THROW(require_secure("set", 14, 10, 10), SecurityError);
  try {
    require_secure("set", 16, 1700, 126.1);
    FAIL();
  } catch (const SecurityError& e) { EXPECT_NE(std::string(e.what()).find("sparse"), std::string::npos) << e.what(); }
}

TEST(Parameters, UnknownNameListsTheKnownOnes) {
  try {
    Parameters::named("n16");
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("n16_l12"), std::string::npos) << e.what();
  }
}

}  // namespace hetal::ckks
