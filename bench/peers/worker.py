"""One peer, one model, one batch, on one thread: python worker.py PEER MODEL_PREFIX BATCH THREADS.

Prints {"error_of_output": …} once it is loaded and checked, then answers each line
`SECONDS` on stdin with {"median_ms": …, "min_ms": …, "calls": …}.
"""
import json
import sys
import time

import numpy as np


def litert(prefix, x, threads):
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(prefix + ".tflite", num_threads=threads)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def call():
        interpreter.set_tensor(source, x)
        interpreter.invoke()
        return interpreter.get_tensor(target)
    return call


def onnxruntime(prefix, x, threads):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(prefix + ".onnx", options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: x}
    return lambda: session.run(None, feed)[0]


def openvino(prefix, x, threads):
    import openvino as ov
    compiled = ov.Core().compile_model(prefix + ".onnx", "CPU", {
        "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    return lambda: request.infer([x], share_inputs=True, share_outputs=True)[0]


def main(peer, prefix, batch, threads):
    prefix = f"{prefix}.b{batch}"
    data = np.load(prefix + ".npz")
    call = globals()[peer](prefix, data["x_0"], int(threads))
    got, want = np.asarray(call()), data["y_0"]
    print(json.dumps({"error_of_output": float(np.abs(got - want).max() / np.abs(want).max())}), flush=True)
    for line in sys.stdin:
        end, times = time.perf_counter() + float(line), []
        while time.perf_counter() < end:
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        times = np.array(times) * 1e3
        print(json.dumps({"median_ms": float(np.median(times)), "min_ms": float(times.min()), "calls": len(times)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
