// Threads that are always joined. If the system refuses a thread, one typed error is thrown.
#pragma once

#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"

namespace hetal {

class ThreadGroup {
 public:
  ThreadGroup() = default;
  /// Joins the threads. The owner of the group must signal them to end before.
  ~ThreadGroup() { join(); }
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;

  /// Throws ResourceUnavailable when the system refuses a thread; the threads that were started before keep running.
  template <typename Work>
  void start(Work&& work) {
    try {
      threads_.emplace_back(std::forward<Work>(work));
    } catch (const std::system_error& refused) {
      throw ResourceUnavailable(
          message("cannot start a thread beside ", size(), " others: ", refused.code().message(),
                  ": use fewer threads, or raise the limit of processes (ulimit -u) or of the container (pids.max)"));
    }
  }
  void join() noexcept {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  std::size_t size() const { return threads_.size(); }

 private:
  std::vector<std::thread> threads_;
};

}  // namespace hetal
