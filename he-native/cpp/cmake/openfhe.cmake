# The OpenFHE part, included by CMakeLists.txt where find_package(OpenFHE) succeeds: two shared libraries for Java (the
# client's has all that touches a secret key), and the tests that hold OpenFHE and the engine against each other.
if(BASE_OPENFHE_VERSION VERSION_LESS 1.4)
  message(FATAL_ERROR "OpenFHE: expected version 1.4 or newer, actual ${BASE_OPENFHE_VERSION} in ${OpenFHE_DIR}")
endif()
if(NOT OpenFHE_NATIVE_SIZE EQUAL 64)
  message(FATAL_ERROR "OpenFHE: expected NATIVE_SIZE 64, actual ${OpenFHE_NATIVE_SIZE} in ${OpenFHE_DIR}")
endif()
set(shared ${OpenFHE_SHARED_LIBRARIES})
list(FILTER shared EXCLUDE REGEX "^-")
if(NOT shared)
  message(FATAL_ERROR "OpenFHE: expected shared libraries (BUILD_SHARED), actual none in ${OpenFHE_DIR}")
endif()
message(STATUS "OpenFHE ${BASE_OPENFHE_VERSION}: ${OpenFHE_DIR}")

# OpenFHE keeps tables and keys in static members of templates; they are one with the library's only if they are visible.
set(CMAKE_CXX_VISIBILITY_PRESET default)
set(CMAKE_VISIBILITY_INLINES_HIDDEN OFF)

add_library(openfhe_headers INTERFACE)
target_include_directories(openfhe_headers SYSTEM INTERFACE
  ${OpenFHE_INCLUDE} ${OpenFHE_INCLUDE}/third-party/include ${OpenFHE_INCLUDE}/core ${OpenFHE_INCLUDE}/pke
  ${OpenFHE_INCLUDE}/binfhe)
target_compile_definitions(openfhe_headers INTERFACE OPENFHE_VERSION=${BASE_OPENFHE_VERSION})
target_link_libraries(openfhe_headers INTERFACE ${OpenFHE_SHARED_LIBRARIES})
if(OpenFHE_LIBDIR)
  target_link_directories(openfhe_headers INTERFACE ${OpenFHE_LIBDIR})
endif()
# An installed OpenFHE's libraries need each other and have no run path. Ours must serve them, too: DT_RPATH does, for a
# prefix that the loader does not know by itself, and DT_RUNPATH does not.
target_link_options(openfhe_headers INTERFACE -Wl,--disable-new-dtags)
if(OpenFHE_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  target_link_libraries(openfhe_headers INTERFACE OpenMP::OpenMP_CXX)
  target_compile_definitions(openfhe_headers INTERFACE PARALLEL)
endif()

add_library(openfhe_binding STATIC src/openfhe/context.cpp src/openfhe/ciphertext_format.cpp
  src/openfhe/exchange.cpp src/openfhe/keys.cpp src/openfhe/operations.cpp
  src/openfhe/transforms.cpp)
target_include_directories(openfhe_binding PUBLIC src)  # of the engine, base/error.h and base/bytes.h alone
target_link_libraries(openfhe_binding PUBLIC openfhe_headers Threads::Threads)

# What needs a secret key, or checks how secure it is.
add_library(openfhe_secret STATIC src/openfhe/secret.cpp src/openfhe/security.cpp)
target_link_libraries(openfhe_secret PUBLIC openfhe_binding hetal_engine)
add_library(openfhe_client STATIC src/openfhe/engine_client.cpp)
target_link_libraries(openfhe_client PUBLIC openfhe_secret hetal_owner_engine)

if(HETAL_JNI_INCLUDE AND NOT HETAL_SANITIZE)
  set(jni_include ${HETAL_JNI_INCLUDE} ${HETAL_JNI_INCLUDE}/linux ${CMAKE_BINARY_DIR}/generated)
  # The libraries of OpenFHE itself that go beside ours, each under the name that it is looked for, and each after those
  # that it needs: an installed OpenFHE is three of them without a run path, and lists them in another order.
  set(ordered "")
  function(put_in_order library)
    if(NOT TARGET ${library} OR library IN_LIST ordered)
      return()
    endif()
    get_target_property(needed ${library} INTERFACE_LINK_LIBRARIES)
    foreach(other ${needed})
      if(other IN_LIST OpenFHE_SHARED_LIBRARIES)
        put_in_order(${other})
      endif()
    endforeach()
    set(ordered ${ordered} ${library} PARENT_SCOPE)
  endfunction()
  foreach(library ${OpenFHE_SHARED_LIBRARIES})
    put_in_order(${library})
  endforeach()
  set(runtime "")
  foreach(library ${ordered})
    get_target_property(no_soname ${library} IMPORTED_NO_SONAME)
    if(no_soname)
      list(APPEND runtime "$<TARGET_FILE:${library}>=$<TARGET_FILE_NAME:${library}>")
    else()
      list(APPEND runtime "$<TARGET_FILE:${library}>=$<TARGET_SONAME_FILE_NAME:${library}>")
    endif()
  endforeach()
  add_library(hetal_openfhe_jni SHARED src/jni/openfhe/evaluation.cpp src/jni/openfhe/bytes.cpp src/jni/openfhe/handle_table.cpp
    src/jni/openfhe/memory_reserve.cpp src/jni/convert.cpp src/base/modified_utf8.cpp)
  set_target_properties(hetal_openfhe_jni PROPERTIES OUTPUT_NAME hetal_openfhe)
  add_library(hetal_openfhe_client_jni SHARED src/jni/openfhe/client.cpp src/jni/openfhe/engine_client.cpp
    src/jni/openfhe/secret_bytes.cpp src/jni/convert.cpp)
  set_target_properties(hetal_openfhe_client_jni PROPERTIES OUTPUT_NAME hetal_openfhe_client)
  target_link_libraries(hetal_openfhe_jni PRIVATE openfhe_binding)
  target_link_libraries(hetal_openfhe_client_jni PRIVATE hetal_openfhe_jni openfhe_client)
  foreach(target hetal_openfhe_jni hetal_openfhe_client_jni)
    add_dependencies(${target} build_info)
    target_include_directories(${target} PRIVATE ${jni_include})
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib
      BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN")
  endforeach()
  # Read by the loader's build step: what to put into the jar and what it must be when loaded.
  string(REPLACE ";" "\n" runtime_lines "${runtime}")
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/openfhe_runtime.txt
    CONTENT "version=${BASE_OPENFHE_VERSION}\n${runtime_lines}\n")
endif()

if(GTest_FOUND)
  # The binding alone, which can be built without the engine, and the tests in which OpenFHE checks the engine.
  add_executable(openfhe_binding_tests tests/openfhe/ciphertext_format_test.cpp tests/openfhe/context_test.cpp tests/openfhe/keys_test.cpp tests/openfhe/operations_test.cpp
    tests/openfhe/security_test.cpp tests/openfhe/transforms_test.cpp tests/openfhe/fuzz_targets_test.cpp fuzz/openfhe_targets.cpp)
  target_link_libraries(openfhe_binding_tests PRIVATE openfhe_secret GTest::gtest GTest::gtest_main)
  target_include_directories(openfhe_binding_tests PRIVATE tests/unit ${CMAKE_SOURCE_DIR})
  target_compile_definitions(openfhe_binding_tests PRIVATE HETAL_FUZZ_SEEDS="${CMAKE_SOURCE_DIR}/fuzz/seeds")
  add_executable(openfhe_cross_tests tests/openfhe/cross_check_test.cpp tests/openfhe/engine_client_test.cpp)
  target_link_libraries(openfhe_cross_tests PRIVATE openfhe_client hetal_contract GTest::gtest GTest::gtest_main)
  foreach(tests openfhe_binding_tests openfhe_cross_tests)
    hetal_discover_tests(${tests})
  endforeach()
endif()
if(GTest_FOUND AND NOT HETAL_SANITIZE)
  # Has an operator new of its own.
  add_executable(openfhe_memory_tests tests/openfhe/memory_test.cpp)
  target_link_libraries(openfhe_memory_tests PRIVATE openfhe_secret GTest::gtest GTest::gtest_main)
  hetal_discover_tests(openfhe_memory_tests)
endif()
if(GTest_FOUND AND TARGET hetal_openfhe_client_jni)
  # Looks at memory when it is given back, as wiping_tests does.
  add_executable(openfhe_wiping_tests tests/openfhe/wiping_test.cpp tests/wiping/watch.cpp
    src/jni/openfhe/secret_bytes.cpp src/jni/convert.cpp)
  target_include_directories(openfhe_wiping_tests PRIVATE tests/wiping ${jni_include})
  target_link_libraries(openfhe_wiping_tests PRIVATE openfhe_client GTest::gtest GTest::gtest_main)
  target_link_options(openfhe_wiping_tests PRIVATE LINKER:--wrap=free,--wrap=munmap,--wrap=getrandom)
  hetal_discover_tests(openfhe_wiping_tests)
  # The two libraries themselves.
  add_executable(openfhe_boundary_tests tests/openfhe/boundary_test.cpp)
  target_include_directories(openfhe_boundary_tests PRIVATE ${jni_include})
  target_link_libraries(openfhe_boundary_tests PRIVATE hetal_openfhe_client_jni hetal_openfhe_jni openfhe_binding
    GTest::gtest GTest::gtest_main)
  hetal_discover_tests(openfhe_boundary_tests)
endif()

if(HETAL_BENCHMARKS AND NOT HETAL_SANITIZE)
  add_executable(openfhe_bench bench/openfhe/main.cpp)
  target_link_libraries(openfhe_bench PRIVATE openfhe_client bench_common)
endif()

if(TARGET hetal_openfhe_jni)
  add_test(NAME openfhe_evaluation_library_cannot_decrypt
    COMMAND ${CMAKE_SOURCE_DIR}/tests/openfhe/check_evaluation_library.sh
      $<TARGET_FILE:hetal_openfhe_jni> $<TARGET_FILE:hetal_openfhe_client_jni>)
endif()
