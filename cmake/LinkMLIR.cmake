# KregLLVM and KregMLIR: LLVM and MLIR for the linker. An executable has them as
# shared libraries or, with the property KREGC_STATIC_LLVM, takes what it needs from
# the static ones: the dynamic loader's work on the shared libraries is half of the
# time of a short run. Never both: symbols would be there twice, so the static
# libraries are named by their files, without what they link themselves.

# kregc_static_files(VARIABLE LIBRARY…): the files of those that are static.
function(kregc_static_files variable)
  set(files)
  foreach(library IN LISTS ARGN)
    if(TARGET ${library} AND NOT library MATCHES "Test|CAPI|Polly")
      get_target_property(type ${library} TYPE)
      if(type STREQUAL STATIC_LIBRARY)
        list(APPEND files $<TARGET_FILE:${library}>)
      endif()
    endif()
  endforeach()
  set(${variable} ${files} PARENT_SCOPE)
endfunction()

get_property(_mlir GLOBAL PROPERTY MLIR_ALL_LIBS)
kregc_static_files(_mlir ${_mlir})
kregc_static_files(_llvm ${LLVM_AVAILABLE_LIBS})
# LLVM's support library compresses; Debian has these without their headers.
find_library(KREGC_ZSTD NAMES zstd libzstd.so.1 REQUIRED)
find_library(KREGC_ZLIB NAMES z libz.so.1 REQUIRED)
list(APPEND _llvm ${KREGC_ZSTD} ${KREGC_ZLIB})

set(_static $<BOOL:$<TARGET_PROPERTY:KREGC_STATIC_LLVM>>)
add_library(KregLLVM INTERFACE)
target_link_libraries(KregLLVM INTERFACE "$<IF:${_static},${_llvm},LLVM>")
add_library(KregMLIR INTERFACE)
target_link_libraries(KregMLIR INTERFACE "$<IF:${_static},${_mlir},MLIR>" KregLLVM)
