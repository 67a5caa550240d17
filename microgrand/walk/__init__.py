"""The sweep as a story: its steps, forwards and backwards, as text, formulas and a page that plays them."""

from microgrand.walk.derivation import Derivation as Derivation
from microgrand.walk.derivation import derivation as derivation
from microgrand.walk.exercise import Exercise as Exercise
from microgrand.walk.exercise import Exercises as Exercises
from microgrand.walk.exercise import exercise as exercise
from microgrand.walk.exercise import exercises as exercises
from microgrand.walk.step import Step as Step
from microgrand.walk.step import Term as Term
from microgrand.walk.steps import steps as steps
from microgrand.walk.walkthrough import Walkthrough as Walkthrough
from microgrand.walk.walkthrough import walkthrough as walkthrough
