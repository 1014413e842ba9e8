# kregc_add_library(NAME SOURCES a.cpp … [LINK lib …] [DEPENDS target …]
#                   [MLIR] [EXCEPTIONS])
#   A static library of one folder. MLIR links libMLIR and libLLVM and uses the
#   precompiled MLIR headers; EXCEPTIONS turns C++ exceptions back on, which
#   HandleLLVMOptions switched off (Halide, HDF5 wrappers and CLI11 need them).
function(kregc_add_library name)
  cmake_parse_arguments(ARG "MLIR;EXCEPTIONS" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(ARG_MLIR)
    # Only the shared libraries: naming a component would pull static copies.
    target_link_libraries(${name} PUBLIC MLIR LLVM)
    if(KREGC_PCH AND NOT ARG_EXCEPTIONS)
      target_precompile_headers(${name} REUSE_FROM KregMLIRHeaders)
    endif()
  endif()
  if(ARG_EXCEPTIONS)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fexceptions>)
  endif()
endfunction()

# kregc_add_tool(NAME SOURCES … LINK …): an executable in build/bin.
function(kregc_add_tool name)
  cmake_parse_arguments(ARG "MLIR;EXCEPTIONS" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  if(ARG_MLIR)
    target_link_libraries(${name} PRIVATE MLIR LLVM)
  endif()
  if(ARG_EXCEPTIONS)
    target_compile_options(${name} PRIVATE -fexceptions)
  endif()
endfunction()
