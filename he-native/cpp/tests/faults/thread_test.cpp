// Threads that the system refuses: a typed error at once, and none of those that were started stays.
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "ckks/limb_packing.h"
#include "device/thread_pool.h"
#include "injection.h"

namespace hetal {
namespace {

/// A hang is a failure of this test, not of the whole run's time.
class ThreadFaults : public ::testing::Test {
 protected:
  ThreadFaults() { alarm(60); }
  ~ThreadFaults() override { alarm(0); }
};

TEST_F(ThreadFaults, APoolThatGetsTooFewThreadsJoinsTheOthersAndThrows) {
  const int before = faults::threads();
  for (int number = 1; number < 12; ++number) {
    faults::refuse_thread(number);
    try {
      device::ThreadPool pool(12);
      ADD_FAILURE() << "thread " << number;
    } catch (const ResourceUnavailable& e) {
      const std::string text = e.what();
      EXPECT_NE(text.find("beside " + std::to_string(number - 1) + " others"), std::string::npos) << text;
      EXPECT_NE(text.find("ulimit -u"), std::string::npos) << text;
    }
    EXPECT_TRUE(faults::end());
    EXPECT_TRUE(faults::threads_are(before));
  }
}

TEST_F(ThreadFaults, AKeyThatGetsNoThreadToUnpackIsATypedError) {
  const ckks::Context context(ckks::Parameters::named("n16_l12"), 2);
  const ckks::RnsPoly zero = context.zero({2, false}), read = context.allocate({2, false});
  ByteWriter packed;
  ckks::pack_limbs(context, context.view(zero), packed);
  const int before = faults::threads();
  faults::refuse_thread(1);
  EXPECT_THROW(ckks::unpack_limbs(context, context.view(read), packed.bytes().data(), "key"), ResourceUnavailable);
  EXPECT_TRUE(faults::end());
  EXPECT_TRUE(faults::threads_are(before));
  EXPECT_NO_THROW(ckks::unpack_limbs(context, context.view(read), packed.bytes().data(), "key"));
}

// Root has no limit of processes, so the child becomes somebody else.
TEST_F(ThreadFaults, UnderALimitOfProcessesTheErrorIsTheSame) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(30);
    if (getuid() == 0 && setuid(12345) != 0) _exit(2);
    const rlimit few{8, 8};
    if (setrlimit(RLIMIT_NPROC, &few) != 0) _exit(3);
    try {
      device::ThreadPool pool(1024);
      _exit(4);
    } catch (const ResourceUnavailable&) { _exit(0); } catch (...) {
      _exit(5);
    }
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status) << ": it hung, or was ended";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace hetal
