#include "owner/process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/huge_pages.h"
#include "owner/locked_memory.h"

namespace hetal::owner {
namespace {

/// In a child: what it sets cannot be taken back.
TEST(Process, ProtectedMemoryIsNeitherDumpedNorReadByOthers) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    int status = 0;
    rlimit core{1, 1};
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1) status = 1;  // otherwise the test shows nothing
    protect_process();
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) status = 2;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0) status = 3;
    _exit(status);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

constexpr int kSkipped = 77;

bool can_open_memory_of(pid_t process) {
  const int file = open(("/proc/" + std::to_string(process) + "/mem").c_str(), O_RDONLY);
  if (file >= 0) close(file);
  return file >= 0;
}

bool can_attach_to(pid_t process) {
  if (ptrace(PTRACE_ATTACH, process, nullptr, nullptr) != 0) return false;
  waitpid(process, nullptr, 0);
  ptrace(PTRACE_DETACH, process, nullptr, nullptr);
  return true;
}

/// Starts a process of the same user, tries to read it and to attach to it, and tries again after it protected itself.
/// Returns the status to exit with.
int attack_a_child() {
  // Root may read any process.
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return kSkipped;
  int go[2], done[2];
  char byte = 0;
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || pipe(go) != 0 || pipe(done) != 0) return kSkipped;
  const pid_t child = fork();
  if (child < 0) return kSkipped;
  if (child == 0) {
    if (read(go[0], &byte, 1) != 1) _exit(1);
    protect_process();
    if (write(done[1], &byte, 1) != 1) _exit(1);
    for (;;) pause();
  }
  int status = kSkipped;
  if (can_open_memory_of(child) && can_attach_to(child)) {
    status = 1;
    if (write(go[1], &byte, 1) == 1 && read(done[0], &byte, 1) == 1) {
      status = (can_open_memory_of(child) ? 2 : 0) + (can_attach_to(child) ? 4 : 0);
    }
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return status;
}

TEST(Process, AProtectedProcessIsNotReadByOthersOfItsUser) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(attack_a_child());
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kSkipped) GTEST_SKIP() << "this system lets nobody read a process of the same user";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "2: its memory was opened; 4: a debugger attached";
}

/// The flags which the kernel lists for the mapping that holds an address.
std::string mapping_flags(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool inside = false;
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  while (std::getline(maps, line)) {
    std::uintptr_t begin = 0, end = 0;
    if (std::istringstream in(line); in >> std::hex >> begin && in.get() == '-' && in >> end) {
      inside = begin <= at && at < end;
    } else if (inside && line.rfind("VmFlags:", 0) == 0) {
      return line;
    }
  }
  return {};
}

/// The kernel lists "dd" (do not dump) among the flags of the mapping. An emulator makes this list
/// up; it leaves "dd" out for a mapping of which that was asked directly, too.
TEST(Process, PagesOfPolynomialsAreLeftOutOfCoreFiles) {
  constexpr std::size_t kBytes = std::size_t{1} << 22;
  void* const direct = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(direct, MAP_FAILED);
  ASSERT_EQ(madvise(direct, kBytes, MADV_DONTDUMP), 0);
  const bool listed = mapping_flags(direct).find(" dd") != std::string::npos;
  munmap(direct, kBytes);
  if (!listed) GTEST_SKIP() << "this system does not list the flag";

  void* const data = huge_pages(kBytes);
  ASSERT_NE(data, nullptr);
  const std::string flags = mapping_flags(data);
  std::free(data);
  EXPECT_NE(flags.find(" dd"), std::string::npos) << flags;
  const LockedMemory key(1 << 14);
  const std::string of_the_key = mapping_flags(key.data());
  EXPECT_NE(of_the_key.find(" dd"), std::string::npos) << of_the_key;
}

}  // namespace
}  // namespace hetal::owner
