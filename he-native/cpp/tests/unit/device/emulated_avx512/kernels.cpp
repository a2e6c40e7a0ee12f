// The AVX-512-IFMA kernels with emulated intrinsics: this folder precedes the compiler's own on the include path.
#define kAvx512IfmaKernels kEmulatedAvx512IfmaKernels
#include "device/cpu/kernels_avx512_ifma.cpp"
