"""Bytes under keys in any S3 store: put, get, stream, remove. Knows nothing of what they mean or who may see them."""
