# The library with the CUDA kernels, built by nvcc alone: no GPU and no CUDA toolkit of CMake's is needed.
# HETAL_NVCC (variable or environment) names nvcc; otherwise the one that tools/fetch_cuda.sh left, or the PATH's.
set(HETAL_NVCC "$ENV{HETAL_NVCC}" CACHE FILEPATH "nvcc of CUDA 13 or newer")
if(NOT HETAL_NVCC)
  unset(nvcc_found CACHE)
  find_program(nvcc_found nvcc HINTS ${CMAKE_SOURCE_DIR}/../../.hetal/cuda/nvidia/cu13/bin)
  if(nvcc_found)
    set(nvcc ${nvcc_found})
  endif()
else()
  set(nvcc ${HETAL_NVCC})
endif()

if(CMAKE_CROSSCOMPILING)
  # An nvcc found here compiles for the architecture of this machine.
  message(STATUS "cross-compiling: the CUDA library is left out; its kernels run in emulation")
elseif(NOT nvcc AND "$ENV{HETAL_REQUIRE_CUDA}" STREQUAL "1")
  message(FATAL_ERROR "nvcc not found, and HETAL_REQUIRE_CUDA=1: run he-native/cpp/tools/fetch_cuda.sh, or set HETAL_NVCC")
elseif(NOT nvcc)
  message(STATUS "nvcc not found: the CUDA library is left out (run he-native/cpp/tools/fetch_cuda.sh, or set HETAL_NVCC)")
elseif(HETAL_SANITIZE)
  message(STATUS "sanitizers: the CUDA library is left out; its kernels run in emulation")
else()
  get_filename_component(nvcc_folder ${nvcc} DIRECTORY)
  set(cuda_library ${CMAKE_BINARY_DIR}/lib/libhetal_cuda.so)
  file(GLOB cuda_headers CONFIGURE_DEPENDS src/device/*.h src/device/cuda/*.h src/device/cuda/*.cuh)
  # Machine code for Ampere and Ada, Hopper, Blackwell of both kinds, and PTX, which drivers compile for what comes after.
  set(cuda_targets -gencode=arch=compute_80,code=sm_80 -gencode=arch=compute_90,code=[sm_90,compute_90]
    -gencode=arch=compute_100,code=sm_100 -gencode=arch=compute_120,code=sm_120)
  set(cuda_flags -std=c++20 -O3 -Werror all-warnings -I${CMAKE_SOURCE_DIR}/src -I${CMAKE_BINARY_DIR}/generated
    -Xcompiler -fPIC,-fvisibility=hidden,-Wall)
  set(cuda_object ${CMAKE_BINARY_DIR}/library_gpu.o)
  add_custom_command(OUTPUT ${cuda_object}
    COMMAND ${nvcc} -c ${CMAKE_SOURCE_DIR}/src/device/cuda/library_gpu.cu -o ${cuda_object} ${cuda_flags} ${cuda_targets}
      --threads 0
    DEPENDS src/device/cuda/library_gpu.cu ${cuda_headers} src/arith/modulus.h src/base/error.h src/random/random.h
    COMMENT "nvcc: kernels" VERBATIM)
  add_custom_command(OUTPUT ${cuda_library}
    COMMAND ${nvcc} -shared -o ${cuda_library} ${cuda_object} ${CMAKE_SOURCE_DIR}/src/device/cuda/library_commit.cpp
      ${CMAKE_SOURCE_DIR}/src/device/cuda/tables.cpp $<TARGET_FILE:hetal_engine> ${cuda_flags} -cudart static
      -L${nvcc_folder}/../lib -Xlinker --gc-sections,--version-script=${CMAKE_SOURCE_DIR}/cmake/cuda.map
    DEPENDS ${cuda_object} src/device/cuda/library_commit.cpp src/device/cuda/tables.cpp hetal_engine
      ${CMAKE_BINARY_DIR}/generated/build_info.h cmake/cuda.map
    COMMENT "nvcc: ${cuda_library}" VERBATIM)
  add_custom_target(hetal_cuda ALL DEPENDS ${cuda_library})
endif()
