"""Losses that pull pictures of one thing together and push others apart."""

import torch
from torch import Tensor

TEMPERATURE = 0.1


def supervised_contrast(vectors: Tensor, labels: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Supervised contrastive loss (Khosla et al. 2020) of unit vectors [n, d] with labels [n], each at least twice."""
    alike = vectors @ vectors.T / temperature
    itself = torch.eye(len(labels), dtype=torch.bool)
    alike = alike.masked_fill(itself, -1e4)
    same = (labels[:, None] == labels[None, :]) & ~itself
    chance = alike - alike.logsumexp(dim=1, keepdim=True)
    return -((chance * same).sum(dim=1) / same.sum(dim=1).clamp(min=1)).mean()


def spread_out(vectors: Tensor, labels: Tensor) -> Tensor:
    """Entropy regulariser of copy detection (SSCD, Pizzi et al. 2022): the nearest stranger should be far."""
    distance = torch.cdist(vectors, vectors)
    distance = distance.masked_fill(labels[:, None] == labels[None, :], 4.0)
    return -torch.log(distance.amin(dim=1).clamp(min=1e-4)).mean()
