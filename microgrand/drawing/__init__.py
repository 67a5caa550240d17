"""Pictures of graphs: DOT text first, rendering last. `draw(root)` gives a `Drawing`."""

from microgrand.drawing.drawing import Drawing as Drawing
from microgrand.drawing.drawing import draw as draw
