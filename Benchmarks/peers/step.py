"""Times training steps or inference of a network in PyTorch, or inference in ONNX Runtime or OpenVINO.

The counterpart of `lightbox bench step`, with the same options and the same keys in the JSON output.

    step.py --arch resnet50 --mode train --batch-size 16 --precision float32 --threads 2 --steps 3
    step.py --arch resnet50 --mode infer --engine onnxruntime
    step.py --arch resnet50 --batch-size 16 --export resnet50.onnx     writes the model and exits

train: forward, cross entropy, backward, AdamW step, clearing gradients. infer: forward without gradients.
Data and weights are random. Two warm-up steps are not timed.
"""
import argparse
import json
import os
import resource
import statistics
import tempfile
import time
import warnings

parser = argparse.ArgumentParser(description="Time a network in PyTorch, ONNX Runtime or OpenVINO.")
parser.add_argument("--arch", default="resnet50", help="resnet18, resnet34, resnet50, resnetblur50, densenet121")
parser.add_argument("--mode", choices=["train", "infer"], default="train")
parser.add_argument("--batch-size", type=int, default=16)
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--steps", type=int, default=3)
parser.add_argument("--layout", choices=["channels_last", "contiguous"], default="channels_last")
parser.add_argument("--compile", action="store_true", help="use torch.compile (PyTorch only)")
parser.add_argument("--engine", choices=["pytorch", "onnxruntime", "openvino"], default="pytorch")
parser.add_argument("--hint", choices=["latency", "throughput"], default="latency", help="OpenVINO only")
parser.add_argument("--model", help="the ONNX file (default: exported to a temporary folder)")
parser.add_argument("--export", metavar="FILE", help="write the network as ONNX and exit")
parser.add_argument("--json", action="store_true", help="ignored: the output is always JSON")
args = parser.parse_args()

WARM_UP = 2

# The libraries read these variables when they are loaded.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)
warnings.filterwarnings("ignore")


def network():
    if args.arch == "resnetblur50":
        import timm

        return timm.create_model(args.arch, pretrained=False)
    import torchvision

    return getattr(torchvision.models, args.arch)(weights=None)


def export(path):
    import torch

    sample = torch.randn(args.batch_size, 3, args.size, args.size)
    torch.onnx.export(network().eval(), (sample,), path, dynamo=True, verbose=False, external_data=False)


def pytorch_step():
    """Returns a function that runs one step, and the number of batches per call."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    layout = torch.channels_last if args.layout == "channels_last" else torch.contiguous_format
    model = network().to(memory_format=layout)
    x = torch.randn(args.batch_size, 3, args.size, args.size).to(memory_format=layout)
    y = torch.arange(args.batch_size)
    autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.precision == "bfloat16")

    if args.mode == "infer":
        model.eval()
        forward = torch.compile(model) if args.compile else model

        def step():
            with torch.inference_mode(), autocast:
                forward(x)

        return step, 1

    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    forward = torch.compile(model) if args.compile else model

    def step():
        with autocast:
            loss = F.cross_entropy(forward(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step, 1


def random_input():
    import numpy

    return numpy.random.default_rng(0).standard_normal((args.batch_size, 3, args.size, args.size), dtype="float32")


def onnxruntime_step(model):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    inputs = {session.get_inputs()[0].name: random_input()}
    return lambda: session.run(None, inputs), 1


def openvino_step(model):
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(
        model,
        "CPU",
        {
            "INFERENCE_NUM_THREADS": args.threads,
            "PERFORMANCE_HINT": args.hint.upper(),
            # By default OpenVINO uses bfloat16 if the processor supports it.
            "INFERENCE_PRECISION_HINT": "f32" if args.precision == "float32" else "bf16",
        },
    )
    x = random_input()
    if args.hint == "latency":
        request = compiled.create_infer_request()
        return lambda: request.infer({0: x}, share_inputs=True), 1
    # Throughput: the recommended number of concurrent requests. The time per batch is the total time divided by it.
    count = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
    queue = openvino.AsyncInferQueue(compiled, count)

    def step():
        for _ in range(count):
            queue.start_async({0: x}, share_inputs=True)
        queue.wait_all()

    return step, count


def measure(step, batches):
    for _ in range(WARM_UP):
        step()
    seconds = []
    before = os.times()
    for _ in range(args.steps):
        start = time.perf_counter()
        step()
        seconds.append((time.perf_counter() - start) / batches)
    after = os.times()
    user, system = after.user - before.user, after.system - before.system
    median = statistics.median(seconds)
    return {
        "engine": args.engine,
        "arch": args.arch,
        "mode": args.mode,
        "precision": args.precision,
        "batchSize": args.batch_size,
        "size": args.size,
        "threads": args.threads,
        "steps": args.steps,
        "layout": args.layout if args.engine == "pytorch" else None,
        "compiled": args.compile,
        "hint": args.hint if args.engine == "openvino" else None,
        "seconds": median,
        "allSeconds": seconds,
        "imagesPerSecond": args.batch_size / median,
        "gigaflops": None,
        "peakResidentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "peakTensorBytes": None,
        "reorders": None,
        "reorderedBytes": None,
        "userShare": user / (user + system) if user + system > 0 else None,
    }


def main():
    if args.export:
        export(args.export)
        return
    if args.engine == "pytorch":
        print(json.dumps(measure(*pytorch_step())))
        return
    if args.mode == "train":
        parser.error(f"--engine {args.engine}: inference only")
    if args.engine == "onnxruntime" and args.precision != "float32":
        parser.error("--engine onnxruntime: float32 only")
    with tempfile.TemporaryDirectory() as folder:
        model = args.model
        if not model:
            model = os.path.join(folder, "model.onnx")
            export(model)
        build = onnxruntime_step if args.engine == "onnxruntime" else openvino_step
        print(json.dumps(measure(*build(model))))


main()
