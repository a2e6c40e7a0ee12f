// Macros that let nvcc and the host's compiler compile the same source.
#pragma once

#ifdef __CUDACC__
#define HETAL_HD __host__ __device__ __forceinline__
#else
#define HETAL_HD inline
#endif

#ifdef __CUDA_ARCH__
#define HETAL_UNROLL _Pragma("unroll")
#else
#define HETAL_UNROLL
#endif
