// Text for Java. JNI's functions take modified UTF-8 and have undefined behavior for anything else.
#pragma once

#include <string>
#include <string_view>

namespace hetal {

/// UTF-8 in, modified UTF-8 out: characters beyond 16 bits become two surrogates of three bytes each. A byte that is
/// not part of valid UTF-8, and a zero, becomes '?'.
std::string modified_utf8(std::string_view text);

}  // namespace hetal
