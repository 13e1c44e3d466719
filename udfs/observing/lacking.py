"""Errors that tell what the worker lacks, never what a document is: memory, or its device."""

import gc

import cv2
import torch

from udfs.images.decode import OUT_OF_MEMORY

# The GPU failed, or has no memory left: the nets' shapes are fixed, so that no document can be to blame.
DEVICE_FAULTS = (torch.AcceleratorError, torch.OutOfMemoryError)
# What torch's allocator of main memory says, in a plain RuntimeError.
CPU_ALLOCATOR = "DefaultCPUAllocator"


def memory_lacked(error: BaseException) -> bool:
    """Whether memory ran out, of the machine or of the GPU."""
    if isinstance(error, cv2.error):
        return bool(error.code == OUT_OF_MEMORY)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or CPU_ALLOCATOR in str(error)


def free_memory() -> None:
    """Give back what is held without need."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
