"""Runs a command under trouble; its status is the command's.

  disturb.py interrupt COMMAND …   SIGINT once it has printed a line
  disturb.py status N COMMAND …    0 if the command's status is N, else 1

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import signal
import subprocess
import sys

what, *rest = sys.argv[1:]
if what == "interrupt":
    process = subprocess.Popen(rest, stdout=subprocess.PIPE, text=True)
    print(process.stdout.readline(), end="")
    process.send_signal(signal.SIGINT)
    print(process.stdout.read(), end="")
    sys.exit(process.wait())

sys.exit(subprocess.run(rest[1:]).returncode != int(rest[0]))
