#include "owner/locked_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "owner/client.h"
#include "support/temporary_folder.h"

namespace hetal::owner {
namespace {

constexpr char kSet[] = "insecure_n10_l12";

/// What the kernel says of this process: bytes of its locked pages.
std::size_t locked_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::size_t kibibytes = 0;
    if (word == "VmLck:" && status >> kibibytes) return kibibytes << 10;
  }
  ADD_FAILURE() << "/proc/self/status: expected VmLck, actual none";
  return 0;
}

std::size_t in_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

/// Both polynomials, and the seeds of a client on a page of their own.
std::size_t locked_of_a_client(const Client& client) {
  return in_pages(2 * client.context().n() * sizeof(std::int64_t)) + in_pages(2 * sizeof(Seed));
}

/// Whether this process may lock pages: by the limit, or by a right that goes beyond it.
bool locking_is_allowed() {
  rlimit limit{0, 0};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != 0) return true;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const probe = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool locked = mlock2(probe, page, 0) == 0;
  munmap(probe, page);
  return locked;
}

TEST(LockedMemory, PolynomialsAndSeedsOfAClientAreLockedWhileItLives) {
  if (!locking_is_allowed()) GTEST_SKIP() << "RLIMIT_MEMLOCK is 0, and this process has no right to lock more";
  const TemporaryFolder folder;
  const std::size_t before = locked_bytes();
  {
    const Client made(kSet, 1, Random::seed_from_os(), false);
    EXPECT_EQ(made.lock_refusal(), "");
    EXPECT_EQ(locked_bytes() - before, locked_of_a_client(made));
    made.save_secret_key(folder.path("secret"));
    const Client loaded(read_private_file(folder.path("secret"), 1 << 20), 1);
    EXPECT_EQ(loaded.lock_refusal(), "");
    EXPECT_EQ(locked_bytes() - before, 2 * locked_of_a_client(made));
  }
  EXPECT_EQ(locked_bytes(), before);
}

TEST(LockedMemory, TheSeedOfAnEncryptorIsLockedWhileItLives) {
  if (!locking_is_allowed()) GTEST_SKIP() << "RLIMIT_MEMLOCK is 0, and this process has no right to lock more";
  const TemporaryFolder folder;
  Client(kSet, 1, Random::seed_from_os(), false).save_public_key(folder.path("public"));
  const std::size_t before = locked_bytes();
  {
    const Encryptor encryptor(read_file(folder.path("public"), 1 << 24), 1);
    EXPECT_EQ(encryptor.lock_refusal(), "");
    EXPECT_EQ(locked_bytes() - before, in_pages(sizeof(Seed)));
  }
  EXPECT_EQ(locked_bytes(), before);
}

/// In a child, which gives up the right to lock more: the key works, and what was refused is said.
TEST(LockedMemory, ARefusedLockIsSaidAndNoError) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const rlimit none{0, 0};
    int status = 0;
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) status = 1;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) status = 2;  // root may lock in any case
    Client client(kSet, 1, Random::seed_from_os(), false);
    const std::string expected =
        "expected 16384 bytes of locked memory, actual Operation not permitted with a limit of 0 bytes in all";
    if (client.lock_refusal().rfind(expected, 0) != 0) status = 3;
    if (locked_bytes() != 0) status = 4;
    const std::vector<std::complex<double>> slots(client.context().parameters().slot_count(), 0.5);
    if (std::abs(client.decrypt(client.encrypt(slots, 1))[0].real() - 0.5) > 1e-3) status = 5;
    _exit(status);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(LockedMemory, StartsWithZeros) {
  const LockedMemory memory(10000);
  const auto* const bytes = static_cast<const std::uint8_t*>(memory.data());
  EXPECT_TRUE(std::all_of(bytes, bytes + 10000, [](std::uint8_t byte) { return byte == 0; }));
}

}  // namespace
}  // namespace hetal::owner
