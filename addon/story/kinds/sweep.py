from .sliding import build
