"""Gradio imported in half its usual time, and without writing into its own folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

STUB_WRITER = "gradio.component_meta"


def load_gradio() -> None:
    """Import Gradio. What it would do for developers is left out: type stubs of components, its MCP server.

    On every import it parses each component's source to write a .pyi file beside it, which took 40 % of the time, and
    it builds the models of the mcp package (18 %), which our page has no use for.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    if "gradio" in sys.modules:
        return
    finder = WithoutStubs()
    sys.meta_path.insert(0, finder)
    try:
        with not_importable("mcp"):
            import gradio  # noqa: F401
    finally:
        sys.meta_path.remove(finder)


class WithoutStubs(MetaPathFinder):
    """Finds the module that writes the stubs, and has it write none."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != STUB_WRITER:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = NoStubs(spec.loader)
        return spec


class NoStubs(Loader):
    """The loader of that module; afterwards its function for stubs does nothing."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.loader.exec_module(module)
        module.create_or_modify_pyi = lambda *arguments: None  # type: ignore[attr-defined]


@contextmanager
def not_importable(name: str) -> Iterator[None]:
    """``import name`` fails inside, unless it was imported before."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
