// A file of its own: it changes with every commit, and the kernels take long to compile.
#include "build_info.h"
#include "device/cuda/library.h"

HETAL_CUDA_EXPORT const char* hetal_cuda_commit() { return HETAL_COMMIT; }
