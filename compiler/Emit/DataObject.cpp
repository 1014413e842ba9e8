// Weights as an object file, through the assembler's back end: an LLVM constant
// of 100 MB takes four times as long.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Emit/Objects.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSectionELF.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"

using namespace llvm;

namespace kregc::emit {

Expected<std::vector<char>> makeDataObject(ArrayRef<Data> data,
                                           TargetMachine &machine) {
  const Triple &triple = machine.getTargetTriple();
  const llvm::Target &target = machine.getTarget();
  MCTargetOptions options;
  MCContext context(triple, machine.getMCAsmInfo(), machine.getMCRegisterInfo(),
                    machine.getMCSubtargetInfo(), nullptr, &options);
  std::unique_ptr<MCObjectFileInfo> info(
      target.createMCObjectFileInfo(context, /*PIC=*/true));
  context.setObjectFileInfo(info.get());
  SmallVector<char, 0> object;
  raw_svector_ostream stream(object);
  std::unique_ptr<MCAsmBackend> backend(target.createMCAsmBackend(
      *machine.getMCSubtargetInfo(), *machine.getMCRegisterInfo(), options));
  std::unique_ptr<MCCodeEmitter> emitter(
      target.createMCCodeEmitter(*machine.getMCInstrInfo(), context));
  if (!triple.isOSBinFormatELF() || !backend || !emitter) {
    return createStringError(inconvertibleErrorCode(),
                             "libraries are ELF files, not for '" +
                                 triple.str() + "'");
  }
  std::unique_ptr<MCObjectWriter> writer = backend->createObjectWriter(stream);
  std::unique_ptr<MCStreamer> streamer(target.createMCObjectStreamer(
      triple, context, std::move(backend), std::move(writer),
      std::move(emitter), *machine.getMCSubtargetInfo()));
  streamer->initSections(/*NoExecStack=*/true, *machine.getMCSubtargetInfo());
  streamer->switchSection(
      context.getELFSection(".rodata", ELF::SHT_PROGBITS, ELF::SHF_ALLOC));
  for (const Data &entry : data) {
    streamer->emitValueToAlignment(Align(64));
    MCSymbol *symbol = context.getOrCreateSymbol(entry.symbol);
    streamer->emitSymbolAttribute(symbol, MCSA_Global);
    streamer->emitSymbolAttribute(symbol, MCSA_Hidden);
    streamer->emitSymbolAttribute(symbol, MCSA_ELF_TypeObject);
    streamer->emitLabel(symbol);
    streamer->emitBytes(StringRef(entry.bytes.data(), entry.bytes.size()));
  }
  // Kernels may read a vector that begins in the last weight.
  streamer->emitZeros(64);
  // Without this note the linker would make the stack executable.
  streamer->switchSection(
      context.getELFSection(".note.GNU-stack", ELF::SHT_PROGBITS, 0));
  streamer->finish();
  return std::vector<char>(object.begin(), object.end());
}

} // namespace kregc::emit
