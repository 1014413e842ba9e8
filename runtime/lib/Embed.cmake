# Writes a C++ file with the bytes of two files: cmake -DBITCODE= -DHEADER=
# -DOUTPUT= -P Embed.cmake
function(bytes_of file result)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)"
    "\\1\n" bytes "${bytes}")
  set(${result} "${bytes}" PARENT_SCOPE)
endfunction()

bytes_of(${BITCODE} bitcode)
bytes_of(${HEADER} header)
file(WRITE ${OUTPUT} "#include \"runtime/lib/Embedded.h\"
namespace {
const unsigned char bitcodeBytes[] = {\n${bitcode}};
const unsigned char headerBytes[] = {\n${header}};
} // namespace
kregc::runtime::Bytes kregc::runtime::bitcode() { return {bitcodeBytes, sizeof bitcodeBytes}; }
kregc::runtime::Bytes kregc::runtime::headerText() { return {headerBytes, sizeof headerBytes}; }
")
