#include "device/cpu/kernels.h"

namespace hetal::device {

// Not written yet: such processors take the portable path.
const Kernels* avx2_kernels() { return nullptr; }

}  // namespace hetal::device
