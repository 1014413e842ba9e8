// A child process for code that must not be trusted with a file: it has little
// memory and time, and no system calls but those of a computation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_FRONTENDS_CONTAINER_CONFINEMENT_H
#define KREGC_FRONTENDS_CONTAINER_CONFINEMENT_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace kregc {

/// What a child may use.
struct ConfinementLimits {
  uint64_t memoryBytes = uint64_t(512) << 20; ///< of its own, beyond what it
                                              ///< has when it begins
  unsigned cpuSeconds = 2;
  unsigned wallSeconds = 120; ///< for one answer: a busy machine is no failure
};

/// One end of the connection between parent and child. Numbers and texts are
/// framed by their size. All functions return false when the other end is gone.
class Channel {
public:
  explicit Channel(int socket) : socket(socket) {}
  bool send(llvm::StringRef message) const;
  /// Sends bytes without a frame, for `receiveInto` at the other end.
  bool sendRaw(const void *data, size_t size) const;
  /// At most `maxBytes`; more is taken for a broken connection.
  std::optional<std::string> receive(uint64_t maxBytes) const;
  bool receiveInto(void *data, size_t size) const;

  int socket;
  /// Milliseconds to wait for bytes; negative: for ever.
  int patience = -1;
};

/// A running child. Its memory is a copy of the parent's at the start, so it
/// sees what the parent has mapped; all that comes back is what it sends.
class ConfinedProcess {
public:
  /// Starts a child that runs `body` and ends. It has no standard streams, no
  /// signal handlers, and dies at the first system call that does more than
  /// compute and talk over the channel. Null if the system has no process left.
  static std::unique_ptr<ConfinedProcess>
  start(ConfinementLimits limits, llvm::function_ref<void(Channel)> body);
  ConfinedProcess(const ConfinedProcess &) = delete;
  ConfinedProcess &operator=(const ConfinedProcess &) = delete;
  ~ConfinedProcess();

  const Channel &channel() const { return connection; }

  /// Ends the child, if it has not ended, and says how it did: "crashed
  /// (Segmentation fault)", "took more than 2 s of processor time" ….
  std::string end();

private:
  ConfinedProcess(int pid, Channel connection, ConfinementLimits limits)
      : pid(pid), connection(connection), limits(limits) {}

  int pid;
  Channel connection;
  ConfinementLimits limits;
  std::string ending; ///< how it ended; empty while it runs
};

} // namespace kregc

#endif // KREGC_FRONTENDS_CONTAINER_CONFINEMENT_H
