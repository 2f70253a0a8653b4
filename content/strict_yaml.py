"""Reads YAML safely: no tags that build objects, no key written twice."""

from collections.abc import Hashable
from typing import Any

import yaml

# The compiled loader reads the whole library about eight times faster than the pure Python one.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """A YAML text that cannot be used; `line` counts from 1 inside that text."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _StrictLoader(_Base):  # type: ignore[misc]  # the base class is chosen at run time
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise YamlError(f"key '{key.value}' is written twice", key.start_mark.line + 1)
            seen.add(str(key.value))
        pairs: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return pairs

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:  # an impossible day such as 2026-02-30
            raise YamlError(f"{node.value}: {error}", node.start_mark.line + 1) from error


_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _StrictLoader.construct_day)


def read_mapping(text: str) -> dict[str, Any]:
    """The mapping that `text` holds; an empty text is an empty mapping."""
    try:
        data = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a subclass of the safe loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(error.problem or "not readable as YAML", line) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise YamlError("a mapping of names to values was expected", 1)
    return data
