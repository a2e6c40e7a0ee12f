#include "base/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace hetal {
namespace {

/// A /proc and a /sys of our own.
class MemoryLimit : public ::testing::Test {
 protected:
  MemoryLimit() : root(std::filesystem::temp_directory_path() / ("hetal-memory-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(root);
    file("proc/meminfo", "MemTotal: 4000 kB\nMemAvailable:    3000 kB\nSwapFree:   1000 kB\n");
  }
  ~MemoryLimit() override { std::filesystem::remove_all(root); }

  void file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
  }

  std::filesystem::path root;
};

TEST_F(MemoryLimit, WithoutControlGroupsItIsTheMachines) {
  EXPECT_EQ(memory_left(root), 4000u << 10);
  std::filesystem::remove_all(root);
  EXPECT_EQ(memory_left(root), UINT64_MAX) << "nothing is known";
}

TEST_F(MemoryLimit, Version2TakesTheTightestGroupAndCountsCachedFilesAsLeft) {
  file("proc/self/cgroup", "0::/a/b\n");
  file("sys/fs/cgroup/a/memory.max", "1000\n");
  file("sys/fs/cgroup/a/memory.current", "700\n");
  file("sys/fs/cgroup/a/memory.stat", "anon 500\ninactive_file 150\nactive_file 50\n");
  file("sys/fs/cgroup/a/b/memory.max", "max\n");
  file("sys/fs/cgroup/a/b/memory.current", "700\n");
  EXPECT_EQ(memory_left(root), 500u);
  file("sys/fs/cgroup/a/b/memory.max", "800\n");
  EXPECT_EQ(memory_left(root), 100u);
  file("sys/fs/cgroup/a/b/memory.current", "900\n");
  EXPECT_EQ(memory_left(root), 0u) << "more than the limit, while the system frees some";
}

TEST_F(MemoryLimit, Version1IsFoundBesideVersion2) {
  file("proc/self/cgroup", "5:cpu,memory:/job\n1:name=systemd:/\n0::/\n");
  file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000\n");
  file("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "600\n");
  file("sys/fs/cgroup/memory/job/memory.stat", "inactive_file 5\ntotal_inactive_file 70\ntotal_active_file 30\n");
  EXPECT_EQ(memory_left(root), 500u);
}

TEST_F(MemoryLimit, AContainerSeesItsLimitAtTheTopOfTheMount) {
  file("proc/self/cgroup", "0::/host/path/that/is/not/here\n");
  file("sys/fs/cgroup/memory.max", "1000\n");
  file("sys/fs/cgroup/memory.current", "400\n");
  EXPECT_EQ(memory_left(root), 600u);
}

}  // namespace
}  // namespace hetal
