"""MathML as browsers lay it out best: a matrix with its fences is one piece, and a line may end between terms alone."""

from __future__ import annotations

from xml.etree.ElementTree import Element

FENCES = {"(": ")", "[": "]"}
RELATIONS = {"=", "←"}


def arranged(root: Element) -> None:
    """Arrange a formula, a `math` element, in place."""
    for element in list(root.iter()):
        element[:] = _fenced(list(element))
    for element in root.iter("mo"):
        if element.text in {*FENCES, *FENCES.values()} and "stretchy" not in element.attrib:
            element.set("stretchy", "false")
    if len(root) == 1 and root[0].tag == "mrow":
        root[:] = _terms(list(root[0]))


def _fenced(children: list[Element]) -> list[Element]:
    """The children, with each table and the fences around it as one `mrow`: only the table stretches them."""
    found: list[Element] = []
    while children:
        first, *rest = children[:3]
        if [each.tag for each in rest] == ["mtable", "mo"] and FENCES.get(first.text or "") == rest[1].text:
            for fence, form in ((first, "prefix"), (rest[1], "postfix")):
                fence.attrib |= {"stretchy": "true", "fence": "true", "form": form}
            matrix = Element("mrow")
            matrix.extend([first, *rest])
            found.append(matrix)
            children = children[3:]
        else:
            found.append(first)
            children = children[1:]
    return found


def _terms(children: list[Element]) -> list[Element]:
    """The children as terms, each an `mrow`; an = or a + that begins one is spaced as between two terms."""
    terms = [Element("mrow")]
    related = False  # whether the equation has an = before: what it is of stays with what it is
    for before, child, after in zip([None, *children], children, [*children[1:], None], strict=False):
        if before is not None and _begins(before, child, after, related):
            child.set("form", "infix")
            terms.append(Element("mrow"))
        elif before is not None and before.tag == "mspace":
            terms.append(Element("mrow"))
            related = False
        if child.text == "−" and before is not None and before.tag == "mo":
            child.set("form", "prefix")
        related = related or child.text in RELATIONS
        terms[-1].append(child)
    return terms


def _begins(before: Element, child: Element, after: Element | None, related: bool) -> bool:
    """Whether an operator begins a term."""
    if child.tag != "mo":
        return False
    if child.text in RELATIONS:
        return related
    if child.text == "·":  # between two matrices, or a line would be as long as both
        return _is_matrix(before) and after is not None and _is_matrix(after)
    return child.text in ("+", "−") and before.tag != "mo"


def _is_matrix(element: Element) -> bool:
    return element.find("mtable") is not None
