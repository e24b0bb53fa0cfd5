"""Small models of the two families, written once, and pictures for them."""

import json

import numpy as np

from pinakes.testing.random_clip import Shape, write_random_clip

SMALL = {"clip": Shape(), "siglip": Shape(family="siglip", image=24, context=8, seed=5)}


def write(folder, family="clip", **changes):
    """Write a small model, with changes to its shape."""
    from dataclasses import replace

    return write_random_clip(folder, replace(SMALL[family], **changes))


def with_padding(path, context=16):
    """Make a text tower take texts of one length only, as the published models do."""
    import onnx

    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = context
    onnx.save(model, path)
    return path


def edit(path, **values):
    """Change keys of a JSON file; None removes one."""
    content = json.loads(path.read_text())
    content.update(values)
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))


def pictures(count=5, seed=0):
    """Return pictures of several sizes."""
    random = np.random.default_rng(seed)
    return [
        random.integers(0, 256, (40 + 7 * n, 60 - 3 * n, 3), dtype=np.uint8).repeat(2, axis=0)
        for n in range(count)
    ]
