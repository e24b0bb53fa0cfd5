"""Measuring search: latency, recall, memory, disk and build time, of Pinakes and of its peers."""
