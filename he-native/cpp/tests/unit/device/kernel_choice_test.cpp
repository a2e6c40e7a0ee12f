// The choice between the instruction sets of this build.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "base/error.h"
#include "device/cpu/kernel_paths.h"

namespace hetal::device {
namespace {

/// Sets HETAL_CPU_PATH while it lives, and puts back what was there.
class PathSetting {
 public:
  explicit PathSetting(const char* name) {
    if (const char* old = std::getenv("HETAL_CPU_PATH")) before_ = old;
    name == nullptr ? unsetenv("HETAL_CPU_PATH") : setenv("HETAL_CPU_PATH", name, 1);
  }
  ~PathSetting() { before_ ? setenv("HETAL_CPU_PATH", before_->c_str(), 1) : unsetenv("HETAL_CPU_PATH"); }

 private:
  std::optional<std::string> before_;
};

TEST(KernelChoice, TakesTheFirstSupportedPath) {
  const PathSetting setting(nullptr);
  const KernelPath& chosen = choose_kernel_path();
  for (const KernelPath& path : kernel_paths()) {
    if (path.name == chosen.name) return;
    EXPECT_FALSE(path.supported()) << path.name;
  }
  FAIL() << "the chosen path is not one of the list";
}

TEST(KernelChoice, RunsThePortablePathEverywhere) {
  const PathSetting setting("portable");
  EXPECT_EQ(kernel_paths().back().name, "portable");
  EXPECT_EQ(choose_kernel_path().name, "portable");
}

TEST(KernelChoice, AnExplicitNameComesBeforeTheEnvironment) {
  const PathSetting setting("no-such-path");
  EXPECT_EQ(choose_kernel_path("portable").name, "portable");
}

// DeviceUnavailable is exit 78 in every program.
TEST(KernelChoice, RefusesUnknownNamesAsConfiguration) {
  for (const char* wrong : {"avx3", "AVX2", "portable ", "avx512-ifma,avx2"}) {
    const PathSetting setting(wrong);
    try {
      choose_kernel_path();
      FAIL() << wrong;
    } catch (const DeviceUnavailable& e) {
      const std::string text = e.what();
      EXPECT_TRUE(text.starts_with("HETAL_CPU_PATH: expected one of")) << text;
      EXPECT_NE(text.find("portable), actual '" + std::string(wrong) + "'"), std::string::npos) << text;
    }
  }
}

TEST(KernelChoice, RefusesPathsThatTheProcessorLacks) {
  for (const KernelPath& path : kernel_paths()) {
    if (path.supported()) {
      EXPECT_EQ(choose_kernel_path(path.name).name, path.name);
    } else {
      EXPECT_THROW(choose_kernel_path(path.name), DeviceUnavailable) << path.name;
    }
  }
}

}  // namespace
}  // namespace hetal::device
