"""What a tree of Dash components says and where it leads."""

from typing import Any

from dash.development.base_component import Component


def nodes(content: Any) -> list[Any]:
    """Return all components and texts of a tree, in the order of the page."""
    if isinstance(content, list | tuple):
        return [node for part in content for node in nodes(part)]
    return [content, *nodes(getattr(content, "children", None))] if isinstance(content, Component) else [content]


def text(content: Any) -> str:
    """Return what a reader reads."""
    return "".join(str(node) for node in nodes(content) if isinstance(node, str | int | float))


def attributes(content: Any, name: str) -> list[Any]:
    """Return the values of an attribute, of those that have it."""
    return [getattr(node, name) for node in nodes(content) if isinstance(node, Component) and hasattr(node, name)]
