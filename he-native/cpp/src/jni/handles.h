// Java refers to a native object by a handle, a number that is looked up in a table. It is never an address. A closed
// or forged handle is an error.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <vector>

#include "base/error.h"

namespace hetal::jni {

/// A handle is the index of a slot and the slot's generation, so that a closed handle never refers to a later object. A
/// lookup shares ownership: an object that one thread closes lives until another thread's call that uses it returns.
class Handles {
 public:
  template <typename Object>
  std::int64_t add(std::shared_ptr<Object> object) {
    std::lock_guard lock(mutex_);
    if (free_.empty()) {
      // Allocates first, so that remove() need not allocate, and so that nothing has changed if this throws.
      if (free_.capacity() <= slots_.size()) free_.reserve(2 * slots_.size() + 1);
      slots_.emplace_back();
      free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    slot.object = std::move(object);
    slot.type = &typeid(Object);
    ++live_;
    return static_cast<std::int64_t>(slot.generation) << 32 | index;
  }

  /// Throws ClosedError("the <noun> is closed") unless the handle refers to an object of this type.
  template <typename Object>
  std::shared_ptr<Object> get(std::int64_t handle, const char* noun) {
    std::lock_guard lock(mutex_);
    Slot* const slot = find(handle);
    require<ClosedError>(slot != nullptr && *slot->type == typeid(Object), "the ", noun, " is closed");
    return std::static_pointer_cast<Object>(slot->object);
  }

  /// False if the handle was closed before, which is not an error.
  bool remove(std::int64_t handle) noexcept {
    std::shared_ptr<void> last;  // destroyed after the lock is released
    std::lock_guard lock(mutex_);
    Slot* const slot = find(handle);
    if (slot == nullptr) return false;
    last.swap(slot->object);
    slot->type = nullptr;
    slot->generation = slot->generation == 0x7fffffff ? 1 : slot->generation + 1;
    free_.push_back(static_cast<std::uint32_t>(handle & 0xffffffff));
    --live_;
    return true;
  }

  std::int64_t live() {
    std::lock_guard lock(mutex_);
    return live_;
  }

 private:
  struct Slot {
    std::shared_ptr<void> object;
    const std::type_info* type = nullptr;
    std::uint32_t generation = 1;
  };

  Slot* find(std::int64_t handle) {
    const auto index = static_cast<std::uint32_t>(handle & 0xffffffff);
    const auto generation = static_cast<std::uint32_t>(static_cast<std::uint64_t>(handle) >> 32);
    if (index >= slots_.size() || slots_[index].generation != generation || slots_[index].type == nullptr)
      return nullptr;
    return &slots_[index];
  }

  std::mutex mutex_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::int64_t live_ = 0;
};

/// The table of this library. It is never destroyed, because Java's cleaner may run while the process ends.
inline Handles& handles() {
  static Handles* const table = new Handles;
  return *table;
}

}  // namespace hetal::jni
