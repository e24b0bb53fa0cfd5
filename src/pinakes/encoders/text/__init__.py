"""Text encoders: sentence-transformers models in ONNX."""
