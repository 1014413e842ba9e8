"""Calls the libraries of model files in ways that a careful program would not:

  check-library.py KREGC CC FOLDER MODEL...
  check-library.py KREGC CC FOLDER --all CASES    (those that can be compiled)

* the outputs and penalties have the same bits with 1, 2, 3 and 7 threads, for
  batches before and after larger ones, in any rounding mode of the caller;
* buffers may begin at any float and end at the end of mapped memory, and so may
  the memory that the caller's allocator gives;
* what was in that memory before does not matter.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ctypes as c
import glob
import json
import mmap
import os
import subprocess
import sys

import numpy as np

BATCHES = (3, 1, 65, 2, 8, 17, 1, 5)
THREADS = (1, 2, 3, 7)
PAGE = mmap.PAGESIZE
libc = c.CDLL(None, use_errno=True)
libc.mmap.restype = c.c_void_p
libc.mmap.argtypes = [c.c_void_p, c.c_size_t, c.c_int, c.c_int, c.c_int, c.c_long]
libc.munmap.argtypes = [c.c_void_p, c.c_size_t]
libc.mprotect.argtypes = [c.c_void_p, c.c_size_t, c.c_int]
libm = c.CDLL("libm.so.6")
ALLOCATE = c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_size_t, c.c_size_t)
RELEASE = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)
REPORT = c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_char_p)


class Options(c.Structure):
    """kreg_options of runtime.h."""

    _fields_ = [
        ("size", c.c_size_t), ("threads", c.c_int32), ("allocate", ALLOCATE), ("release", RELEASE),
        ("allocator_context", c.c_void_p), ("on_error", REPORT), ("error_context", c.c_void_p),
    ]


class Fenced:
    """Memory of `size` bytes between pages that cannot be touched. It ends
    where they begin, or begins where they end."""

    def __init__(self, size, at_end=True, fill=0):
        pages = max(1, -(-size // PAGE))
        self.length = (pages + 2) * PAGE
        self.base = libc.mmap(None, self.length, 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
        assert self.base != c.c_void_p(-1).value
        c.memset(self.base + PAGE, fill, pages * PAGE)
        for fence in (self.base, self.base + (pages + 1) * PAGE):
            assert libc.mprotect(fence, PAGE, 0) == 0
        self.address = self.base + PAGE + (pages * PAGE - size if at_end else 0)
        self.size = size

    def array(self):
        return np.frombuffer((c.c_char * self.size).from_address(self.address), np.float32)

    def free(self):
        libc.munmap(self.base, self.length)


class Library:
    def __init__(self, kregc, cc, folder, model):
        os.makedirs(folder, exist_ok=True)
        subprocess.run([kregc, "compile", model, "-o", folder, "--name", "m"], check=True, stdout=subprocess.DEVNULL)
        shared = os.path.join(folder, "m.so")
        # No library but these three may be needed.
        subprocess.run([cc, "-shared", "-nodefaultlibs", "-o", shared, "-Wl,--whole-archive",
                        os.path.join(folder, "libm.a"), "-Wl,--no-whole-archive", "-Wl,-z,defs", "-lm", "-lpthread",
                        "-lc"], check=True)
        self.code = c.CDLL(os.path.abspath(shared))
        self.code.m_forward.argtypes = [c.c_void_p, c.c_int64, c.c_void_p, c.c_void_p, c.c_void_p]
        self.code.m_destroy.argtypes = [c.c_void_p]
        self.code.m_error_message.argtypes = [c.c_void_p]
        self.code.m_error_message.restype = c.c_char_p
        with open(os.path.join(folder, "m.json")) as stream:
            self.manifest = json.load(stream)
        fixed = [port["shape"][0] for port in self.manifest["inputs"] if port["shape"] and port["shape"][0] is not None]
        self.batches = BATCHES if not fixed else fixed[:1] * 2

    def sizes(self, kind, batch):
        return [int(np.prod([batch if n is None else n for n in port["shape"]], dtype=np.int64))
                for port in self.manifest[kind]]


class Instance:
    """With an allocator that fences what it gives, and fills it first."""

    def __init__(self, library, threads, fill=None):
        self.library, self.handle, self.blocks = library, c.c_void_p(), {}
        options = Options(size=c.sizeof(Options), threads=threads)
        if fill is not None:
            def allocate(_, size, alignment):
                block = Fenced(-(-size // alignment) * alignment, fill=fill)
                self.blocks[block.address] = block
                return block.address

            def release(_, address):
                self.blocks.pop(address).free()

            self.callbacks = options.allocate, options.release = ALLOCATE(allocate), RELEASE(release)
        assert library.code.m_create(c.byref(options), c.byref(self.handle)) == 0

    def forward(self, batch, inputs, at_end=True, shift=0):
        """Bytes of all outputs and penalties."""
        fences = []

        def fenced(size):
            fences.append(Fenced(4 * size + 4 * shift, at_end))
            return fences[-1].array()[shift:] if at_end is False else fences[-1].array()[: size]

        copies, outputs = [], []
        for x in inputs:
            copies.append(fenced(x.size))
            copies[-1][:] = x
        for size in self.library.sizes("outputs", batch):
            outputs.append(fenced(size))
        pointers = [(c.c_void_p * max(len(list_), 1))(*[a.ctypes.data for a in list_]) for list_ in (copies, outputs)]
        penalties = np.full(len(self.library.manifest["penalties"]) + 1, -1.0)
        code = self.library.code.m_forward(self.handle, batch, *pointers, penalties.ctypes.data)
        assert code == 0, self.library.code.m_error_message(self.handle)
        assert penalties[-1] == -1, "wrote behind the penalties"
        assert all((a == x).all() for a, x in zip(copies, inputs)), "changed an input"
        result = b"".join(a.tobytes() for a in outputs) + penalties.tobytes()
        del copies, outputs
        for fence in fences:
            fence.free()
        return result

    def destroy(self):
        self.library.code.m_destroy(self.handle)
        assert not self.blocks, "memory is left"


def check(library):
    random = np.random.default_rng(1)
    inputs = {b: [random.standard_normal(n).astype(np.float32) for n in library.sizes("inputs", b)]
              for b in library.batches}
    wanted = {}
    for fill in (None, 0, 0xFF):
        for threads in THREADS:
            instance = Instance(library, threads, fill)
            for batch in library.batches:
                for at_end, shift in ((True, 0), (True, 1), (False, 0), (False, 3)):
                    found = instance.forward(batch, inputs[batch], at_end, shift)
                    case = f"batch {batch}, {threads} threads, fill {fill}, at end {at_end}, shift {shift}"
                    assert wanted.setdefault(batch, found) == found, "other bits: " + case
            instance.destroy()
    # Rounded up, flush-to-zero left alone: threads were made before.
    one, many = Instance(library, 1), Instance(library, 3)
    batch = max(library.batches)
    nearest = libm.fegetround()
    libm.fesetround(0x800)  # FE_UPWARD on x86
    found = [instance.forward(batch, inputs[batch]) for instance in (one, many)]
    libm.fesetround(nearest)
    assert found[0] == found[1], "other bits when rounding up"
    one.destroy()
    many.destroy()


def main():
    kregc, cc, folder, *models = sys.argv[1:]
    every = models[0] == "--all"
    if every:
        models = sorted(glob.glob(os.path.join(models[1], "*", "model.keras")))
    checked = 0
    for i, model in enumerate(models):
        print("checking", model, flush=True)
        try:
            library = Library(kregc, cc, os.path.join(folder, str(i)), model)
        except subprocess.CalledProcessError as error:
            if not every or error.returncode != 3:
                raise
            continue
        check(library)
        checked += 1
    assert checked > len(models) // 2
    print("all right")


main()
