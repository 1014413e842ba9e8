// fork, rlimits and a seccomp filter around a computation. Where the kernel has
// no seccomp, the rest still turns a crash into a message.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "frontends/Container/Confinement.h"

#include "llvm/Support/Compiler.h"
#include "llvm/Support/Endian.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <poll.h>
#include <seccomp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kregc;

//===----------------------------------------------------------------------===//
// The channel
//===----------------------------------------------------------------------===//

bool Channel::sendRaw(const void *data, size_t size) const {
  const char *bytes = static_cast<const char *>(data);
  while (size > 0) {
    ssize_t sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent <= 0) {
      return false;
    }
    bytes += sent;
    size -= sent;
  }
  return true;
}

bool Channel::receiveInto(void *data, size_t size) const {
  char *bytes = static_cast<char *>(data);
  while (size > 0) {
    if (patience >= 0) {
      pollfd ready = {socket, POLLIN, 0};
      int count = poll(&ready, 1, patience);
      if (count < 0 && errno == EINTR) {
        continue;
      }
      if (count <= 0) {
        return false;
      }
    }
    ssize_t got = recv(socket, bytes, size, 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return false;
    }
    bytes += got;
    size -= got;
  }
  return true;
}

bool Channel::send(llvm::StringRef message) const {
  char size[8];
  llvm::support::endian::write64le(size, message.size());
  return sendRaw(size, sizeof(size)) && sendRaw(message.data(), message.size());
}

std::optional<std::string> Channel::receive(uint64_t maxBytes) const {
  char raw[8];
  if (!receiveInto(raw, sizeof(raw))) {
    return std::nullopt;
  }
  uint64_t size = llvm::support::endian::read64le(raw);
  if (size > maxBytes) {
    return std::nullopt;
  }
  // What is announced takes memory only as it comes.
  std::string message;
  while (message.size() < size) {
    size_t had = message.size();
    size_t part = std::min<uint64_t>(size - had, uint64_t(1) << 20);
    message.resize(had + part);
    if (!receiveInto(message.data() + had, part)) {
      return std::nullopt;
    }
  }
  return message;
}

//===----------------------------------------------------------------------===//
// In the child
//===----------------------------------------------------------------------===//

static void lower(__rlimit_resource_t resource, rlim_t soft, rlim_t hard) {
  rlimit limit;
  if (getrlimit(resource, &limit) == 0) {
    limit.rlim_cur = std::min(limit.rlim_cur, soft);
    limit.rlim_max = std::min(limit.rlim_max, hard);
    setrlimit(resource, &limit);
  }
}

/// Bytes of writable memory that the process has (proc(5), statm, data).
static uint64_t ownMemory() {
  unsigned long pages = 0;
  if (FILE *file = std::fopen("/proc/self/statm", "re")) {
    // NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion)
    if (std::fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1) {
      pages = 0;
    }
    std::fclose(file);
  }
  return uint64_t(pages) * sysconf(_SC_PAGESIZE);
}

static void limitResources(const ConfinementLimits &limits) {
  if (!LLVM_ADDRESS_SANITIZER_BUILD) { // it reserves terabytes of addresses
    rlim_t bytes = ownMemory() + limits.memoryBytes;
    lower(RLIMIT_DATA, bytes, bytes);
  }
  lower(RLIMIT_CPU, limits.cpuSeconds, limits.cpuSeconds + 1);
  lower(RLIMIT_CORE, 0, 0);
  lower(RLIMIT_FSIZE, 0, 0);
  lower(RLIMIT_NPROC, 0, 0);
}

/// Argument number `argument`, of type int, has that value.
static scmp_arg_cmp equals(unsigned argument, int value) {
  return {argument, SCMP_CMP_MASKED_EQ, UINT32_MAX,
          static_cast<uint32_t>(value)};
}

/// Allows memory, locks, the end, and the channel; all else ends the process.
static void forbidSystemCalls(int socket) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (!filter) {
    return;
  }
  for (int call :
       {SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
        SCMP_SYS(mprotect), SCMP_SYS(futex), SCMP_SYS(exit),
        SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sched_yield),
        SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday)}) {
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  }
  if (LLVM_ADDRESS_SANITIZER_BUILD) { // it is called before abort() and _exit()
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0);
  }
  // Memory, but no file in it.
  seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, equals(4, -1));
  for (int call : {SCMP_SYS(sendto), SCMP_SYS(recvfrom)}) {
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, equals(0, socket));
  }
  // HDF5's core driver looks for a file of the image's name: there is none.
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(openat), 0);
  // abort() and the like, on itself only.
  seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                   equals(0, getpid()));
  seccomp_load(filter);
  seccomp_release(filter);
}

/// A crash of the child must not run the parent's handlers (which remove the
/// files it is writing), nor print a second message.
static void leaveParent() {
  for (int signal = 1; signal < NSIG; ++signal) {
    ::signal(signal, SIG_DFL);
  }
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = 0; stream < 3 && nothing >= 0; ++stream) {
    dup2(nothing, stream);
  }
}

//===----------------------------------------------------------------------===//
// In the parent
//===----------------------------------------------------------------------===//

std::unique_ptr<ConfinedProcess>
ConfinedProcess::start(ConfinementLimits limits,
                       llvm::function_ref<void(Channel)> body) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return nullptr;
  }
  pid_t pid = fork();
  if (pid < 0) {
    close(sockets[0]);
    close(sockets[1]);
    return nullptr;
  }
  if (pid == 0) {
    close(sockets[0]);
    leaveParent();
    limitResources(limits);
    forbidSystemCalls(sockets[1]);
    body(Channel(sockets[1]));
    _exit(0);
  }
  close(sockets[1]);
  Channel channel(sockets[0]);
  channel.patience = static_cast<int>(limits.wallSeconds) * 1000;
  return std::unique_ptr<ConfinedProcess>(
      new ConfinedProcess(pid, channel, limits));
}

std::string ConfinedProcess::end() {
  if (!ending.empty()) {
    return ending;
  }
  // A child that still computes ends here; one that has ended keeps the status
  // of its own end.
  siginfo_t state = {};
  bool stopped = false;
  if (waitid(P_PID, pid, &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      state.si_pid == 0) {
    // Its end of the channel may have closed a moment before it is dead.
    for (int i = 0; i < 20 && state.si_pid == 0; ++i) {
      usleep(500);
      waitid(P_PID, pid, &state, WEXITED | WNOHANG | WNOWAIT);
    }
    stopped = state.si_pid == 0;
  }
  close(connection.socket);
  if (stopped) {
    kill(pid, SIGKILL);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (stopped) {
    ending = "was stopped: it did not answer";
  } else if (WIFSIGNALED(status)) {
    int signal = WTERMSIG(status);
    ending = signal == SIGXCPU
                 ? "took more than " + std::to_string(limits.cpuSeconds) +
                       " s of processor time"
             : signal == SIGSYS
                 ? "made a system call that is forbidden to it"
                 : std::string("crashed (") + strsignal(signal) + ")";
  } else {
    ending = "ended early (status " + std::to_string(WEXITSTATUS(status)) + ")";
  }
  return ending;
}

ConfinedProcess::~ConfinedProcess() {
  if (!ending.empty()) {
    return;
  }
  close(connection.socket);
  kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}
