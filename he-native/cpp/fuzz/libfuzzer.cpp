// libFuzzer's entry for one target; HETAL_FUZZ_TARGET is its name and HETAL_FUZZ_TARGETS the function that lists it.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const hetal::fuzzing::Target& target = []() -> const hetal::fuzzing::Target& {
    for (const auto& each : hetal::fuzzing::HETAL_FUZZ_TARGETS()) {
      if (std::strcmp(each.name, HETAL_FUZZ_TARGET) == 0) return each;
    }
    std::fputs("no target " HETAL_FUZZ_TARGET "\n", stderr);
    std::abort();
  }();
  target.read({data, size});
  return 0;
}
