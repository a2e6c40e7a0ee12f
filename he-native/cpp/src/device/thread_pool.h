// A thread pool of fixed size. Results do not depend on which worker executes an index.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>

#include "base/threads.h"

namespace hetal::device {

class ThreadPool {
 public:
  /// threads = 1: no worker; 0: one thread per core. Throws ResourceUnavailable if the system refuses a thread.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }
  /// Executes body(0) .. body(count - 1), also on the calling thread. One loop runs at a time; a second caller waits.
  /// Throws the first exception of a body after all bodies have ended.
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

 private:
  void stop() noexcept;
  void work();
  void drain(std::unique_lock<std::mutex>& lock);

  ThreadGroup workers_;
  std::mutex one_loop_, mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(std::size_t)>* body_ = nullptr;
  std::size_t next_ = 0, count_ = 0, running_ = 0;
  std::exception_ptr error_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> loops_{0};  ///< loops begun so far; idle workers poll it before they sleep
};

}  // namespace hetal::device
