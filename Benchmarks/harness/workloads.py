"""Defines the rows of the table and the commands of each side."""
import copy
import csv
import os
import shutil
import struct
import zlib

from harness import processes
from harness.compare import Experiment, Row
from harness.processes import Unavailable

PEERS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers")
NAMES = {
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "resnetblur50": "blur ResNet-50",
    "densenet121": "DenseNet-121",
}
# The networks that are also measured without AVX-512.
LIMITED = ["resnet18", "resnet50", "densenet121"]
PRECISIONS = ["float32", "bfloat16"]
LAYOUTS = {"PyTorch nhwc": "channels_last", "PyTorch nchw": "contiguous"}
IMAGE_COUNT = 250
# Architecture, method, name, target, timed maps and maps before them. Score-CAM and Ablation-CAM of the peer take a
# minute or two: they run the network once per channel.
MAPS = [
    ("resnet50", "grad-cam", "Grad-CAM", 1.5, 20, 2),
    ("resnet50", "layer-cam", "Layer-CAM", 1.5, 20, 2),
    ("resnet18", "score-cam", "Score-CAM", 2.0, 1, 0),
    ("resnet18", "ablation-cam", "Ablation-CAM", 2.0, 1, 0),
    ("resnet50", "score-cam", "Score-CAM", 2.0, 1, 0),
    ("resnet50", "ablation-cam", "Ablation-CAM", 2.0, 1, 0),
]


class Setting:
    """Paths and numbers that are the same for all runs."""

    def __init__(self, lightbox, avx2, python, folder, threads, quick):
        self.lightbox = lightbox
        # The program of the rows that are limited to AVX2.
        self.avx2 = avx2
        self.python = python
        self.folder = folder
        self.threads = threads
        self.quick = quick
        own = ("OMP_", "KMP_", "MKL_", "GOMP_", "OPENBLAS_", "ONEDNN_", "DNNL_", "ATEN_")
        common = {k: v for k, v in os.environ.items() if not k.startswith(own)}
        self.lightbox_environment = common
        # Hide GPUs: fastai uses one by default.
        self.peer_environment = dict(
            common, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads), CUDA_VISIBLE_DEVICES=""
        )

    def path(self, name):
        return os.path.join(self.folder, name)

    def limited_to_avx2(self):
        """Returns the same setting with both sides limited to AVX2. README.md says what each variable limits."""
        limited = copy.copy(self)
        limited.lightbox = self.avx2
        limited.lightbox_environment = dict(self.lightbox_environment, ONEDNN_MAX_CPU_ISA="AVX2")
        limited.peer_environment = dict(
            self.peer_environment, ONEDNN_MAX_CPU_ISA="AVX2", ATEN_CPU_CAPABILITY="avx2", MKL_ENABLE_INSTRUCTIONS="AVX2"
        )
        return limited

    def run_lightbox(self, *arguments):
        return processes.run([self.lightbox, *map(str, arguments)], self.lightbox_environment)

    def run_peer(self, program, *arguments):
        command = [self.python, os.path.join(PEERS, program), *map(str, arguments)]
        return processes.run(command, self.peer_environment)

    def is_outdated(self, path):
        """Returns whether a file or folder is missing or older than the program."""
        return not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(self.lightbox)


def experiments(setting):
    """Returns all experiments in the order of the table."""
    found = [steps(setting, "train", arch, precision) for precision in PRECISIONS for arch in NAMES]
    found += [steps(setting, "infer", arch, precision) for precision in PRECISIONS for arch in NAMES]
    found += [limited_steps(setting, mode, arch) for mode in ("train", "infer") for arch in LIMITED]
    found += [maps(setting, *row) for row in MAPS]
    return found + [latency(setting), one_image(setting), loading(setting), epoch(setting)]


# Steps


def step_options(setting, arch, mode, precision, batch, count):
    return [
        "--arch", arch, "--mode", mode, "--batch-size", batch, "--size", 224, "--precision", precision,
        "--threads", setting.threads, "--steps", max(1, count // 3) if setting.quick else count, "--json",
    ]  # fmt: skip


def step_numbers(finished):
    return dict(finished.json(), memory=finished.peak_bytes)


def step_sides(setting, options, engines):
    """Returns the functions that run Lightbox and the peers."""

    def lightbox():
        return step_numbers(setting.run_lightbox("bench", "step", *options))

    def peer(extra):
        def side():
            if "--model" in extra:
                export(setting, extra[-1], options)
            return step_numbers(setting.run_peer("step.py", *options, *extra))

        return side

    return lightbox, {name: peer(extra) for name, extra in engines.items()}


def steps(setting, mode, arch, precision):
    """Training or inference with batch size 16 and PyTorch as peer; for ResNet-50 inference also other engines."""
    if mode == "train":
        target = {"float32": 1.4, "bfloat16": 1.1} if arch == "densenet121" else {"float32": 1.6, "bfloat16": 1.15}
    else:
        target = {"float32": 1.4, "bfloat16": 1.15}
    engines = {name: ["--layout", layout] for name, layout in LAYOUTS.items()}
    id, title = f"{mode} {arch} {precision}", f"{mode} {NAMES[arch]}"
    rows = [Row(id, title, precision, list(LAYOUTS), target[precision])]
    if arch == "resnet50":
        if mode == "train":
            rows.append(
                Row(f"memory {id}", "  its peak memory", precision, list(LAYOUTS), 1.0, "memory", unit="bytes")
            )
        elif precision == "float32":
            model = setting.path("resnet50-16.onnx")
            engines.update(onnx_engines(model, ["latency", "throughput"]))
            rows.append(Row(f"{id} fastest", "  against the fastest", precision, list(engines), 1.15))
        if precision == "float32":
            engines["torch.compile"] = ["--compile"]
            rows.append(Row(f"{id} compiled", "  against torch.compile", precision, ["torch.compile"]))
    options = step_options(setting, arch, mode, precision, 16, 3 if mode == "train" else 8)
    return Experiment(rows, *step_sides(setting, options, engines))


def limited_steps(setting, mode, arch):
    """Training or inference with batch size 16, both sides limited to AVX2."""
    engines = {name: ["--layout", layout] for name, layout in LAYOUTS.items()}
    row = Row(f"{mode} {arch} float32 avx2", f"{mode} {NAMES[arch]}, AVX2", "float32", list(LAYOUTS), 1.0)
    options = step_options(setting, arch, mode, "float32", 16, 3 if mode == "train" else 8)
    return Experiment([row], *step_sides(setting.limited_to_avx2(), options, engines))


def latency(setting):
    """ResNet-50 inference with batch size 1."""
    model = setting.path("resnet50-1.onnx")
    engines = {name: ["--layout", layout] for name, layout in LAYOUTS.items()}
    engines.update(onnx_engines(model, ["latency"]))
    row = Row("latency resnet50 float32", "infer ResNet-50, batch 1", "float32", list(engines), 1.0)
    options = step_options(setting, "resnet50", "infer", "float32", 1, 40)
    return Experiment([row], *step_sides(setting, options, engines))


def onnx_engines(model, hints):
    engines = {"ONNX Runtime": ["--engine", "onnxruntime", "--model", model]}
    for hint in hints:
        # OpenVINO either runs one request at a time on all threads, or several requests concurrently.
        name = "OpenVINO" if hint == "latency" else "OpenVINO tput"
        engines[name] = ["--engine", "openvino", "--hint", hint, "--model", model]
    return engines


def export(setting, model, options):
    """Exports the ONNX file of the other engines if it does not exist."""
    if not os.path.exists(model):
        part = model + ".part.onnx"
        setting.run_peer("step.py", *options, "--export", part)
        os.replace(part, model)


# Maps


def maps(setting, arch, method, name, target, count, warm_up):
    """The map of one class of one image at layer4, with pytorch-grad-cam as peer."""
    layouts = {name.replace("PyTorch", "grad-cam"): layout for name, layout in LAYOUTS.items()}
    options = [
        "--arch", arch, "--method", method, "--layer", "layer4", "--mode", "reference", "--size", 224, "--threads",
        setting.threads, "--steps", max(1, count // 3) if setting.quick else count, "--warm-up", warm_up, "--json",
    ]  # fmt: skip

    def lightbox():
        return step_numbers(setting.run_lightbox("bench", "maps", *options))

    def both_passes():
        return {"seconds": lightbox()["forwardBackwardSeconds"]}

    def peer(layout):
        return lambda: step_numbers(setting.run_peer("maps.py", *options, "--layout", layout))

    peers = {name: peer(layout) for name, layout in layouts.items()}
    rows = [Row(f"map {method} {arch}", f"{name}, {NAMES[arch]}", "float32", list(layouts), target)]
    if method == "grad-cam":
        # 1.2 times a forward and a backward pass of Lightbox itself.
        own = "own fwd. + bwd."
        rows.append(Row(f"map {method} {arch} passes", "  beside both passes", "float32", [own], 1 / 1.2))
        peers[own] = both_passes
    return Experiment(rows, lightbox, peers)


# Whole processes


def one_image(setting):
    """A process that loads the weights of a ResNet-50 and predicts one image."""
    run, image, weights = setting.path("resnet50-run"), setting.path("image.png"), setting.path("resnet50.pth")

    def prepare():
        if not os.path.exists(image):
            write_png(image, 1024)
        if setting.is_outdated(run):
            images = setting.path("images-small")
            synthesize(setting, images, 12, 256)
            shutil.rmtree(run, ignore_errors=True)
            # One epoch on a few images: the values of the weights do not matter, but the run must be for 224 x 224.
            setting.run_lightbox(
                "train", images, "--arch", "resnet50", "--size", 224, "--epochs", 1, "--batch-size", 4, "--out", run
            )
        if not os.path.exists(weights):
            setting.run_peer("predict_one.py", "--make", weights)
        # Both sides read programs and weights from the page cache.
        lightbox()
        peer()

    def numbers(finished):
        return {"seconds": finished.seconds, "memory": finished.peak_bytes}

    def lightbox():
        return numbers(setting.run_lightbox("predict", run, image, "--threads", setting.threads))

    def peer():
        return numbers(setting.run_peer("predict_one.py", weights, image))

    name = "torchvision"
    rows = [
        Row("process predict resnet50", "load ResNet-50, predict 1", "float32", [name], 8.0),
        Row("memory process predict resnet50", "  its peak memory", "float32", [name], None, "memory", unit="bytes"),
    ]
    return Experiment(rows, lightbox, {name: peer}, prepare)


def synthesize(setting, images, count, size):
    """Generates synthetic images if they are missing or older than the program."""
    if setting.is_outdated(images):
        setting.run_lightbox("data", "synth", images, "--count", count, "--size", size, "--seed", 7, "--overwrite")


def write_png(path, size):
    """Writes a gray image: a soft disk with some texture."""
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            distance = ((x - size / 2) ** 2 + (y - size / 2) ** 2) / (size / 2) ** 2
            rows.append(int(max(0.0, 1 - distance) * 200) + (x * 7919 ^ y * 104729) % 32)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        file.write(chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b""))


# Loading


def loading(setting):
    """Epochs of ResNet-18 over DICOM images beside the same steps on random data, and loading on one thread."""
    images = setting.path("images")
    own, pillow = "own steps", "pydicom, Pillow"
    options = ["--arch", "resnet18", "--size", 224, "--batch-size", 32, "--threads", setting.threads]

    def lightbox():
        finished = setting.run_lightbox(
            "bench", "data", images, *options, "--rounds", 1 if setting.quick else 3, "--json"
        )
        report = finished.json()
        # Epochs and steps alternate in one process; the ratios are medians over its rounds.
        return dict(report["epochRatios"], seconds=1 / report["imagesPerSecondAndThread"]["files"])

    def steps():
        return {"cached": 1.0, "files": 1.0}

    def peer():
        return setting.run_peer("load_films.py", images, "--size", 224).json()

    rows = [
        Row("epoch beside steps cached", "epoch beside steps, cached", "float32", [own], 1 / 1.05, "cached", unit="x"),
        Row("epoch beside steps files", "  files read", "float32", [own], 1 / 1.2, "files", unit="x"),
        Row("load films", "load a film, one thread", "8 bits", [pillow], None),
    ]
    return Experiment(rows, lightbox, {own: steps, pillow: peer}, lambda: synthesize(setting, images, IMAGE_COUNT, 1024))


# Epochs


def epoch(setting):
    """Two epochs of ResNet-18 on DICOM images with fastai as peer."""
    images, run = setting.path("images"), setting.path("epoch-run")
    table = setting.path("images.csv")

    def prepare():
        synthesize(setting, images, IMAGE_COUNT, 1024)
        # Every fifth image is for validation: 200 and 50, as in the fastai walk-through.
        with open(os.path.join(images, "labels.csv"), newline="") as source, open(table, "w", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(["file", "label", "split"])
            for number, row in enumerate(csv.DictReader(source)):
                writer.writerow([row["file"], row["label"], "valid" if number % 5 == 4 else "train"])
                # Both sides read the images from the page cache.
                with open(os.path.join(images, row["file"]), "rb") as image:
                    image.read()

    def lightbox():
        shutil.rmtree(run, ignore_errors=True)
        finished = setting.run_lightbox(
            "train", images, "--labels", table, "--arch", "resnet18", "--size", 224, "--epochs", 2,
            "--batch-size", 32, "--threads", setting.threads, "--out", run,
        )  # fmt: skip
        return epoch_numbers(logged_seconds(os.path.join(run, "metrics.sqlite")), finished)

    def peer(workers, transforms="walkthrough"):
        def side():
            finished = setting.run_peer(
                "fastai_epoch.py", images, "--labels", table, "--arch", "resnet18", "--size", 224, "--epochs", 2,
                "--batch-size", 32, "--threads", setting.threads, "--workers", workers, "--transforms", transforms,
            )  # fmt: skip
            return epoch_numbers(finished.json()["epochs"], finished)

        return side

    reference = ["fastai 0 wrk."]
    best = ["fastai 0 wrk.", "fastai 1 wrk.", "fastai 2 wrk."]
    # The transforms of `lightbox train`: no random crop.
    plain = "fastai, plain"
    peers = {name: peer(number) for number, name in enumerate(best)}
    peers[plain] = peer(0, "train")
    rows = [
        Row("epoch 1 resnet18", "epoch 1, 250 images", "float32", reference, 2.0, "first"),
        Row("epoch 1 resnet18 best workers", "  fastai's best workers", "float32", best, 2.0, "first"),
        Row("epoch 1 resnet18 plain", "  without its random crop", "float32", [plain], None, "first"),
        Row("epoch 2 resnet18", "epoch 2, images cached", "float32", reference, 2.0, "second"),
        Row("epoch 2 resnet18 best workers", "  fastai's best workers", "float32", best, 2.0, "second"),
        Row("epoch 1 against 2 resnet18", "epoch 1, fastai's epoch 2", "float32", best, None, "first", "second"),
        Row("process epochs resnet18", "2 epochs, whole process", "float32", best, None, "whole"),
        Row("memory epochs resnet18", "  its peak memory", "float32", best, None, "memory", unit="bytes"),
    ]
    return Experiment(rows, lightbox, peers, prepare)


def epoch_numbers(seconds, finished):
    if len(seconds) != 2:
        raise Unavailable(f"{len(seconds)} epochs recorded, expected 2")
    return {
        "first": seconds[0], "second": seconds[1], "seconds": seconds[1], "whole": finished.seconds,
        "memory": finished.peak_bytes,
    }  # fmt: skip


def logged_seconds(path):
    """Reads the seconds of each epoch from the database of a run."""
    try:
        import sqlite3

        with sqlite3.connect(path) as database:
            return [row[0] for row in database.execute("select seconds from epochs order by epoch")]
    except ImportError:  # Python without the SQLite module: use the command-line program.
        finished = processes.run(["sqlite3", path, "select seconds from epochs order by epoch"])
        return [float(line) for line in finished.output.split()]
    except sqlite3.Error as error:
        raise Unavailable(f"{path}: {error}")
