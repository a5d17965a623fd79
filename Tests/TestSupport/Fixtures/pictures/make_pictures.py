"""Small pictures of every kind, by Pillow, and the pixels that Pillow reads from them.

    python make_pictures.py      (Pillow 13, numpy)

16-bit grey is scaled to 8 bits by round(v * 255 / 65535), as libpng's png_set_scale_16 does.
"""
import json

import numpy as np
from PIL import Image

y, x = np.mgrid[0:9, 0:13]
gray = ((x * 19 + y * 7) % 256).astype(np.uint8)
rgb = np.stack([gray, (x * 5 + y * 21) % 256, (x * y * 3) % 256], -1).astype(np.uint8)
alpha = ((x * 31 + y * 11) % 256).astype(np.uint8)
kinds = {}


def keep(name, image, pixels=None, **options):
    image.save(name, **options)
    if pixels is None:
        pixels = np.asarray(Image.open(name).convert("L" if image.mode in ("1", "L", "LA") else "RGB"))
    channels = 1 if pixels.ndim == 2 else 3
    return {"shape": [*pixels.shape[:2], channels], "samples": pixels.ravel().tolist()}


kinds["palette.png"] = keep("palette.png", Image.fromarray(rgb).quantize(7))
kinds["onebit.png"] = keep("onebit.png", Image.fromarray(gray).point(lambda v: 255 * (v > 90)).convert("1"))
kinds["gray.png"] = keep("gray.png", Image.fromarray(gray))
kinds["grayalpha.png"] = keep("grayalpha.png", Image.merge("LA", [Image.fromarray(gray), Image.fromarray(alpha)]), gray)
kinds["rgba.png"] = keep("rgba.png", Image.fromarray(np.dstack([rgb, alpha])), rgb)
deep = (x * 5003 + y * 701).astype(np.uint16)
kinds["gray16.png"] = keep("gray16.png", Image.fromarray(deep), np.round(deep * (255 / 65535)).astype(np.uint8))
palette = Image.fromarray(rgb).quantize(5)
kinds["transparent.png"] = keep("transparent.png", palette, transparency=2)
json.dump(kinds, open("kinds.json", "w"))

y, x = np.mgrid[0:37, 0:45]
smooth = np.stack([128 + 100 * np.sin(x / 9), 128 + 100 * np.cos(y / 7), 60 + x + y], -1).astype(np.uint8)
jpeg = {
    "gray.jpg": keep("gray.jpg", Image.fromarray(smooth[..., 0].copy()), quality=85),
    "colour.jpg": keep("colour.jpg", Image.fromarray(smooth), quality=85),
    "progressive.jpg": keep("progressive.jpg", Image.fromarray(smooth), quality=85, progressive=True),
}
json.dump(jpeg, open("jpeg.json", "w"))
Image.fromarray(smooth).convert("CMYK").save("cmyk.jpg")
