"""Tables that never cut a cell: where the terminal is too narrow, a row becomes a list of its cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.table import Column, Table
from rich.text import Text


class Fitting:
    """A table as it is where its words fit side by side, else stacked: the first cell above the others by name.

    >>> from rich.console import Console
    >>> table, narrow = Table("chip", "tokens/s"), Console(width=20)
    >>> table.add_row("NVIDIA H20 96 GB", "95.7")
    >>> with narrow.capture() as printed:
    ...     narrow.print(Fitting(table))
    >>> [line.rstrip() for line in printed.get().splitlines()]
    ['NVIDIA H20 96 GB', '  tokens/s  95.7']
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        table = self.table
        around = (table.padding[1] + table.padding[3]) * (len(table.columns) - (not table.pad_edge))
        spare = options.max_width - around - len(table.columns) - 1 - sum(map(_least, table.columns))
        if spare < 0:
            yield self._stacked()
            return
        for column in table.columns:
            column.width = min(_most(column), _least(column) + spare)
            spare -= column.width - _least(column)
        yield table

    def _stacked(self) -> Table:
        heads = [_text(column.header) for column in self.table.columns]
        shown = Table.grid(padding=(0, 2, 0, 0))
        shown.add_column(overflow="fold")
        if self.table.title:
            shown.add_row(self.table.title)
        for cells in zip(*(column.cells for column in self.table.columns)):
            named = [(head, _text(cell)) for head, cell in zip(heads, cells) if _text(cell).plain]
            lead = 1 + sum(not head.plain for head, _ in named[:1])
            shown.add_row(Text(" ").join(cell for _, cell in named[:lead]))
            inner = Table.grid(padding=(0, 2))
            inner.add_column(overflow="fold", style="dim")
            inner.add_column(overflow="fold")
            for head, cell in named[lead:]:
                inner.add_row(Text("  ") + head, cell)
            shown.add_row(inner)
        return shown


def _text(cell: Any) -> Text:
    return Text.from_markup(cell) if isinstance(cell, str) else cell


def _least(column: Column) -> int:
    """Return the width below which a column would be cut, or broken inside a word."""
    return max((cell_len(word) for text in _texts(column) for word in ([text] if column.no_wrap else text.split())),
               default=0)


def _most(column: Column) -> int:
    return max(cell_len(text) for text in _texts(column))


def _texts(column: Column) -> list[str]:
    return [_text(cell).plain for cell in (column.header, *column.cells)]
