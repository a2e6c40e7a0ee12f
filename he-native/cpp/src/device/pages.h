// Host memory for tables and for the CPU device's pool.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "arith/modulus.h"
#include "base/huge_pages.h"

namespace hetal::device {

struct FreeMemory {
  void operator()(Word* data) const noexcept { std::free(data); }
};
/// Owns words, for tables that every transform reads. Throws std::bad_alloc.
using OwnedWords = std::unique_ptr<Word[], FreeMemory>;
OwnedWords owned_words(std::size_t count);

}  // namespace hetal::device
