"""Cells that only the first row of an order carries, filled from the row above."""

from collections.abc import Sequence


class FillDown:
    """Fills the blank cells of some columns; `order` is where the order id stands, `width` how many cells a row has."""

    def __init__(self, order: int, places: Sequence[int], width: int) -> None:
        """Begin without a row above."""
        self.order, self.places, self.width = order, tuple(places), width
        self.above: list[str] = []

    def fill(self, cells: list[str]) -> list[str]:
        """Return the cells with blank ones filled from the row above, where that is of the same order.

        A blank order id is that of the row above, where it is to be filled. A row that is too short or too long fills
        nothing but its order id.
        """
        order_id = cells[self.order].strip() if self.order < len(cells) else ""
        above = self.above[self.order] if self.above else ""
        if above and not order_id and self.order in self.places:
            order_id = above
        if len(cells) != self.width:
            self.above = self.above if order_id == above else self.only(order_id)
            return cells
        cells[self.order] = order_id
        if above and order_id == above:
            for place in self.places:
                if not cells[place].strip():
                    cells[place] = self.above[place]
        self.above = cells
        return cells

    def only(self, order_id: str) -> list[str]:
        """Return a row that has an order id and nothing else."""
        cells = [""] * self.width
        cells[self.order] = order_id
        return cells
