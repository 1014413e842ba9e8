"""Runs a command under trouble; its status is the command's.

  disturb.py interrupt COMMAND …   SIGINT once it has printed a line
  disturb.py interrupt-later COMMAND … a tenth of a second after that
  disturb.py status N COMMAND …    0 if the command's status is N, else 1
  disturb.py limit BYTES COMMAND … no file may become larger after its first line
  disturb.py kill N COMMAND …      N times, SIGKILL at a moment of the first half
                                   second after its first line

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import random
import resource
import signal
import subprocess
import sys
import time

what, *rest = sys.argv[1:]
if what in ("interrupt", "interrupt-later"):
    process = subprocess.Popen(rest, stdout=subprocess.PIPE, text=True)
    print(process.stdout.readline(), end="")
    time.sleep(0.1 if what == "interrupt-later" else 0)
    process.send_signal(signal.SIGINT)
    print(process.stdout.read(), end="")
    sys.exit(process.wait())

if what == "limit":
    size = int(rest[0])
    process = subprocess.Popen(rest[1:], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))
    process.stdout.read()
    sys.exit(process.wait())

if what == "kill":
    moments = random.Random(1)
    for _ in range(int(rest[0])):
        process = subprocess.Popen(rest[1:], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.5))
        process.kill()
        process.stdout.read()
        process.wait()
    sys.exit(0)

sys.exit(subprocess.run(rest[1:]).returncode != int(rest[0]))
