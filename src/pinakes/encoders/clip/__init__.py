"""CLIP and SigLIP models in ONNX: pictures and texts in one space, from a folder or a local cache."""
