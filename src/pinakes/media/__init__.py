"""Pictures: safe decoding in worker processes, identity and perceptual hashes."""
