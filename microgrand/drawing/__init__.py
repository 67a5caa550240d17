"""Pictures of graphs: what is shown first, then DOT text, rendering last. `draw(root)` gives a `Drawing`."""

from microgrand.drawing.draw import draw as draw
from microgrand.drawing.drawing import Drawing as Drawing
