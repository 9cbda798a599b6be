"""Fine-Tuning Studio: from a labeled table to a tuned language model, without code."""

__version__ = "0.1.0"
