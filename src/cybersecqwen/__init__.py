"""cybersecqwen: defensive security with small, specialised, local models."""

__version__ = "0.1.0"
