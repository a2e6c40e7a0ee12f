// Apart from the kernels, which take long to compile and do not change with every commit.
#include "build_info.h"
#include "device/cuda/library.h"

HETAL_CUDA_EXPORT const char* hetal_cuda_commit() { return HETAL_COMMIT; }
