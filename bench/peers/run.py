"""kregc beside LiteRT, ONNX Runtime and OpenVINO: the same models, interleaved in one run.

    bench/peers/run.py --kregc build/bin/kregc [--models cnn,…] [--threads 1] [--rounds 7] [--seconds 0.4]

Needs an environment with requirements.txt; makes it in build/deps/peers (about 3 GB) if --python is
not given. A peer counts only if its output agrees with Keras to 1e-3 of the largest value. Each
round measures every contestant once, starting at another one; printed are medians over rounds and
the ratio best peer / kregc (above 1: kregc is faster). No peer computes the penalties; kregc does.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from models import BATCHES  # noqa: E402

PEERS = ("litert", "onnxruntime", "openvino")


def environment(build):
    """The interpreter of the peers' environment, made once."""
    venv = build / "deps" / "peers"
    python, done = venv / "bin" / "python", venv / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
        done.touch()
    return python


class Peer:
    """A worker process that sleeps (blocked on stdin) while others are measured."""

    def __init__(self, python, name, prefix, batch, threads, pin):
        self.name = name
        self.process = subprocess.Popen([*pin, python, HERE / "worker.py", name, prefix, str(batch), str(threads)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.error = json.loads(line)["error_of_output"] if line else None

    def measure(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["median_ms"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Kregc:
    name = "kregc"

    def __init__(self, binary, prefix, batch, threads, pin):
        self.command = [*pin, binary, "bench", f"{prefix}.keras", "--batch", str(batch), "--threads", str(threads), "--format", "json"]
        self.error = self.check(binary, prefix, batch)

    @staticmethod
    def check(binary, prefix, batch):
        import numpy as np
        want = np.load(f"{prefix}.b{batch}.npz")
        with tempfile.TemporaryDirectory() as scratch:
            out = pathlib.Path(scratch) / "out.npz"
            inputs = pathlib.Path(scratch) / "in.npz"
            np.savez(inputs, x_0=want["x_0"])
            subprocess.run([binary, "run", f"{prefix}.keras", "--inputs", inputs, "--outputs", out], check=True)
            got = np.load(out)
            off = abs(float(got["penalties"].sum()) - float(want["penalty"])) / max(abs(float(want["penalty"])), 1e-30)
            return max(off, float(np.abs(got["y_0"] - want["y_0"]).max() / np.abs(want["y_0"]).max()))

    def measure(self, seconds):
        return json.loads(subprocess.run(self.command, check=True, capture_output=True, text=True).stdout)["median_ms"]

    def close(self):
        pass


def race(arguments, python, model, batch):
    prefix = str(arguments.data / model)
    pin = ["taskset", "-c", "0" if arguments.threads == 1 else "0,1"]
    contestants = [Kregc(arguments.kregc, prefix, batch, arguments.threads, pin)]
    contestants += [Peer(python, name, prefix, batch, arguments.threads, pin) for name in PEERS]
    for c in contestants:
        if c.error is None or c.error > 1e-3:
            print(f"{model} batch {batch}: {c.name} does not count: error {c.error}")
    running = [c for c in contestants if c.error is not None and c.error <= 1e-3]
    times = {c.name: [] for c in running}
    for round_ in range(arguments.rounds):
        for i in range(len(running)):
            c = running[(i + round_) % len(running)]
            times[c.name].append(c.measure(arguments.seconds))
    for c in contestants:
        c.close()
    median = {name: statistics.median(values) for name, values in times.items()}
    best = min((n for n in median if n != "kregc"), key=median.get, default=None)
    ratio = f"{median[best] / median['kregc']:.2f} x {best}" if best and "kregc" in median else "-"
    print(f"{model:22s} {batch:5d}  " + "  ".join(f"{n} {1e3 * t:.1f} us" for n, t in median.items()) + f"  ratio {ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    build = HERE.parent.parent / "build"
    parser.add_argument("--kregc", type=pathlib.Path, default=build / "bin" / "kregc")
    parser.add_argument("--python", type=pathlib.Path, help="interpreter of an environment with requirements.txt")
    parser.add_argument("--data", type=pathlib.Path, default=build / "bench-models")
    parser.add_argument("--models", default=",".join(BATCHES))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.4)
    arguments = parser.parse_args()
    python = arguments.python or environment(build)
    for model in arguments.models.split(","):
        if not (arguments.data / f"{model}.keras").exists():
            subprocess.run([python, HERE / "models.py", arguments.data, model], check=True)
        for batch in BATCHES[model]:
            race(arguments, python, model, batch)


if __name__ == "__main__":
    main()
