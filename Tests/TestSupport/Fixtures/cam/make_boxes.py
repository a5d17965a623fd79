"""Writes boxes.json: thresholds and regions of the maps of localization.safetensors.

Run with numpy, scipy, scikit-image and safetensors:  python make_boxes.py
"""

import json

import numpy as np
from safetensors.numpy import load_file
from scipy import ndimage
from skimage.filters import threshold_otsu


def mass_threshold(values, fraction):
    ordered = np.sort(values.astype(np.float64).ravel())[::-1]
    last = np.searchsorted(np.cumsum(ordered), fraction * ordered.sum())
    return ordered[min(last, len(ordered) - 1)]


def regions(values, kept):
    labels, count = ndimage.label(kept, structure=np.ones((3, 3)))
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        inside = values[labels == number].astype(np.float64)
        found.append({
            "box": [columns.start, rows.start, columns.stop, rows.stop],
            "area": int(inside.size), "peak": float(inside.max()),
            "share": float(inside.sum() / values.astype(np.float64).sum()),
        })
    return sorted(found, key=lambda one: -one["share"])


def seed_map():
    """The map that the walk-through prints, bilinear at the pixel centers of 256 x 256, as torch and OpenCV do it."""
    cells = np.array([
        -0.0323, -0.0516, -0.0334, -0.0313, -0.0308, -0.0185, -0.0270, -0.0374,
        -0.0312, 0.0720, 0.1065, 0.0011, 0.0067, -0.0115, 0.0088, -0.0220,
        0.0602, 0.2496, 0.3080, 0.2261, 0.0381, 0.0546, 0.0313, -0.0036,
        -0.0693, 0.0633, 0.1196, 0.1218, 0.0321, 0.0277, 0.0128, 0.0244,
        -0.0234, 0.0895, 0.1049, 0.0646, 0.0707, 0.0333, 0.0303, 0.0101,
        0.0038, 0.0531, 0.0158, 0.0226, 0.0879, 0.0443, 0.0624, 0.0166,
        -0.0166, -0.0376, -0.0312, 0.0028, 0.0026, 0.0564, -0.0378, -0.0465,
        0.0076, -0.0125, -0.0063, -0.0015, -0.0026, 0.0116, -0.0725, -0.0699,
    ], dtype=np.float32).astype(np.float64).reshape(8, 8)
    place = np.clip((np.arange(256) + 0.5) / 32 - 0.5, 0, 7)
    return ndimage.map_coordinates(cells, np.meshgrid(place, place, indexing="ij"), order=1).astype(np.float32)


def rules(values):
    values = np.maximum(values, 0)
    peak = float(values.max())
    one = {}
    for share in (0.2, 0.5, 0.8):
        one[f"relative:{share}"] = (share * peak, values >= share * peak)
    for value in (0.1, 0.25):
        one[f"absolute:{value}"] = (value, values >= value)
    for share in (0.5, 0.8, 0.95):
        # In double precision, on the values of the map.
        threshold = float(np.quantile(values.astype(np.float64), share))
        one[f"quantile:{share}"] = (threshold, (values >= threshold) & (values > 0))
    threshold = float(threshold_otsu(values, nbins=256))
    one["otsu"] = (threshold, values > threshold)
    for share in (0.1, 0.5, 0.9):
        threshold = mass_threshold(values, share)
        one[f"mass:{share}"] = (threshold, (values >= threshold) & (values > 0))
    return {
        name: {"threshold": float(threshold), "kept": int(kept.sum()),
               "count": len(found := regions(values, kept)), "regions": found[:3]}
        for name, (threshold, kept) in one.items()
    }


tensors = load_file("localization.safetensors")
maps = {name: tensors[name].astype(np.float32) for name in sorted(tensors) if name.endswith("/map")}
for name in list(maps):
    # Signed, so that the positive part differs from the map.
    maps[name + "/signed"] = maps[name] - np.float32(np.median(maps[name]))
found = {name: rules(values) for name, values in maps.items()}
found["walk-through"] = rules(seed_map())
with open("boxes.json", "w") as file:
    json.dump(found, file, separators=(",", ":"))
