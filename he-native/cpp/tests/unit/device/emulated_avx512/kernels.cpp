// The AVX-512-IFMA kernels with emulated intrinsics: this folder comes first on the include path of this file.
#define kAvx512IfmaKernels kEmulatedAvx512IfmaKernels
#include "device/cpu/kernels_avx512_ifma.cpp"
