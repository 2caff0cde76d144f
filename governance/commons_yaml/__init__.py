"""A commons in readable YAML: `load(files) -> World`."""

from governance.commons_yaml.load import load

__all__ = ["load"]
