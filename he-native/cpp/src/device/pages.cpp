#include "device/pages.h"

#include <new>

namespace hetal::device {

OwnedWords owned_words(std::size_t count) {
  OwnedWords out(static_cast<Word*>(huge_pages(count * sizeof(Word))));
  if (!out) throw std::bad_alloc();
  return out;
}

}  // namespace hetal::device
