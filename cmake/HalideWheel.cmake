# Imported targets for Halide 21 from its PyPI wheel. The wheel's own package
# file wants a newer CMake than Debian 12 has, and Python, PNG and JPEG.
#
#   -DKREGC_HALIDE_ROOT=<site-packages>/halide   (utils/setup.sh sets it)

set(KREGC_HALIDE_ROOT "${PROJECT_SOURCE_DIR}/build/deps/halide" CACHE PATH
  "Folder that holds include/Halide.h and lib64/libHalide.so")
find_path(KREGC_HALIDE_INCLUDE_DIR Halide.h
  HINTS ${KREGC_HALIDE_ROOT}/include NO_DEFAULT_PATH REQUIRED)
find_library(KREGC_HALIDE_LIBRARY Halide
  HINTS ${KREGC_HALIDE_ROOT}/lib64 ${KREGC_HALIDE_ROOT}/lib NO_DEFAULT_PATH REQUIRED)

file(STRINGS ${KREGC_HALIDE_INCLUDE_DIR}/HalideRuntime.h _version
  REGEX "define HALIDE_VERSION_MAJOR")
if(NOT _version MATCHES "HALIDE_VERSION_MAJOR +21")
  message(FATAL_ERROR "Halide 21 wanted, found '${_version}' in ${KREGC_HALIDE_INCLUDE_DIR}")
endif()

add_library(Halide::Halide SHARED IMPORTED)
set_target_properties(Halide::Halide PROPERTIES
  IMPORTED_LOCATION "${KREGC_HALIDE_LIBRARY}"
  IMPORTED_SONAME libHalide.so
  INTERFACE_INCLUDE_DIRECTORIES "${KREGC_HALIDE_INCLUDE_DIR}"
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${KREGC_HALIDE_INCLUDE_DIR}")
