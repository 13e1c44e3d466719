#!/bin/sh
# Spark's discovery script: the indices of this machine's GPUs, counted as CUDA_DEVICE_ORDER=PCI_BUS_ID counts them.
found=$(nvidia-smi --query-gpu=index --format=csv,noheader) || exit 1
printf '{"name": "gpu", "addresses": [%s]}\n' "$(printf '%s\n' "$found" | sed 's/.*/"&"/' | paste -sd, -)"
