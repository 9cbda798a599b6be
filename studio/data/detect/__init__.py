"""Detection."""
from studio.data.detect.detection import Detection
