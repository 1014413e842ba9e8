# Options, the LLVM/MLIR packages and the compiler flags of every target.

option(KREGC_ASSERTIONS "Keep assert() in kregc's own code" ON)
option(KREGC_WERROR "Treat warnings as errors" ON)
option(KREGC_BUILD_TESTS "Build the tests" ON)
option(KREGC_BUILD_BENCH "Build the benchmarks" ON)
option(KREGC_PCH "Precompile the MLIR headers" ON)
option(KREGC_FUZZ "Build libFuzzer's programs of test/fuzz" OFF)
string(COMPARE EQUAL "${CMAKE_BUILD_TYPE}" Release _is_release)
option(KREGC_STATIC_LLVM "Link MLIR and LLVM into kregc: it starts in half the time"
  ${_is_release})
set(KREGC_SANITIZE "" CACHE STRING "Value of -fsanitize=, e.g. address,undefined")

# Debian's config file accepts only an equal major.minor.
find_package(MLIR 22.1 REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# LLVMConfig.cmake sets LLVM_ENABLE_ASSERTIONS to the package's value, so ours
# must come after find_package and before HandleLLVMOptions.
set(LLVM_ENABLE_ASSERTIONS ${KREGC_ASSERTIONS})
set(LLVM_ENABLE_WARNINGS ON)
include(HandleLLVMOptions)
set(MLIR_BINARY_DIR ${PROJECT_BINARY_DIR})
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND ${LLVM_DEFINITIONS})
add_definitions(${LLVM_DEFINITIONS_LIST})

# System include directories: their warnings are not ours.
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})

add_compile_options(-Wall -Wextra -Wno-unused-parameter -fdiagnostics-color=always)
if(KREGC_WERROR)
  add_compile_options(-Werror)
endif()
if(KREGC_SANITIZE)
  # Generated code has neither type information nor the hash of its functions'
  # types, which `function` reads in front of them.
  add_compile_options(-fsanitize=${KREGC_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize=vptr,function)
  add_link_options(-fsanitize=${KREGC_SANITIZE})
endif()
