#include "device/thread_pool.h"

#include <algorithm>
#include <utility>

namespace hetal::device {
namespace {

/// Polls before a worker sleeps, about 20 us. The next loop usually starts within that time, and waking a thread takes
/// longer.
constexpr int kLooksBeforeSleep = 500;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");  // waits for some cycles; most cores ignore yield
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  const int size = threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  try {
    for (int i = 1; i < size; ++i) workers_.start([this] { work(); });
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

// Joins before any member is destroyed: destroying a condition variable with waiting threads would not return.
void ThreadPool::stop() noexcept {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  workers_.join();
}

// Executes indices until none is left. The caller holds the lock, which is released during each body.
void ThreadPool::drain(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const std::size_t index = next_++;
    const auto* body = body_;
    ++running_;
    lock.unlock();
    std::exception_ptr error;
    try {
      (*body)(index);
    } catch (...) { error = std::current_exception(); }
    lock.lock();
    --running_;
    if (error && !error_) {
      error_ = error;
      next_ = count_;
    }
  }
  if (running_ == 0) done_.notify_all();
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    const std::uint64_t seen = loops_.load(std::memory_order_relaxed);
    if (!stopping_ && next_ >= count_) {
      lock.unlock();
      for (int i = 0; i < kLooksBeforeSleep && loops_.load(std::memory_order_relaxed) == seen; ++i) pause();
      lock.lock();
    }
    wake_.wait(lock, [this] { return stopping_ || next_ < count_; });
    if (stopping_) return;
    drain(lock);
  }
}

void ThreadPool::parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (workers_.size() == 0 || count <= 1) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::lock_guard serial(one_loop_);
  std::unique_lock lock(mutex_);
  body_ = &body;
  next_ = 0, count_ = count, error_ = nullptr;
  loops_.fetch_add(1, std::memory_order_relaxed);
  wake_.notify_all();
  drain(lock);
  done_.wait(lock, [this] { return running_ == 0; });
  count_ = next_ = 0;
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace hetal::device
