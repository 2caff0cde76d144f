"""What changed of a bike or scooter system from one version to another: its records, and what that means."""

from feeds.gbfs.diff.applying import apply
from feeds.gbfs.diff.differ import diff
from feeds.gbfs.diff.records import System, system

__all__ = ["System", "apply", "diff", "system"]
