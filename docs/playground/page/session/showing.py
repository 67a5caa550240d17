"""What a value is shown as: a page, a picture or a text; the first two can then be saved."""

import contextlib
import html
import inspect
import sys

import microgrand as mg
from microgrand.drawing.drawing import Drawing
from microgrand.walk.exercise import Exercise, Exercises
from microgrand.walk.walkthrough import Walkthrough
from session.telling import message_of
from session.text import pieces, shortened

SHALLOW = 140  # calls; 250 were too many
SVG = "image/svg+xml"
FORMS = {"text/html": "_repr_html_", SVG: "_repr_svg_"}  # what the page can show, and how a notebook asks for it

file_makers = {}  # of what was shown last: for "page" and "svg", where there is such a file, the function that makes it


def display(value, names, show):
    """Show a value as what it is: a Value is stepped through, a network is drawn, the rest shows itself.

    names  the variables, by which Values without a name of their own are called
    """
    if value is None:
        return
    value = as_shown(value, names)
    if isinstance(value, (Walkthrough, Exercises)):
        show_page(value.html(), value.title, show)
        if isinstance(value, Walkthrough) and not value._story.predict:  # a picture would hold the answers
            file_makers["svg"] = lambda: value._repr_mimebundle_()[0][SVG]
    elif isinstance(value, Drawing):
        show_picture(value.svg(), value.view.title, show)
    else:
        with shallow():
            show_forms(value, forms_of(value), show)


@contextlib.contextmanager
def shallow():
    """Let calls go less deep: where built-in functions call methods, as `repr` does, WebAssembly's stack ends soon."""
    limit = sys.getrecursionlimit()
    if sys.platform == "emscripten":
        sys.setrecursionlimit(min(limit, SHALLOW))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def show_page(page, title, show):
    """Show HTML, which can then be saved."""
    show("page", page, title)
    file_makers.clear()
    file_makers["page"] = lambda: page


def show_picture(picture, title, show):
    """Show SVG, which can then be saved."""
    show("picture", picture, title)
    file_makers.clear()
    file_makers["svg"] = lambda: picture


def show_forms(value, forms, show):
    """Show the richest of the forms; where there is none, what Python prints of the value."""
    if "text/html" in forms:
        show_page(forms["text/html"], "", show)
    elif SVG in forms:
        show_picture(forms[SVG], "", show)
    else:
        text = str.__str__(value) if isinstance(value, str) else forms.get("text/plain")
        show("text", shortened(pieces(value) if text is None else [text]), "")


def as_shown(value, names):
    """A Value as its walkthrough, a trace and an exercise too; a network as its drawing."""
    if isinstance(value, (mg.Value, mg.Trace)):
        return mg.walkthrough(value, names=names)
    if isinstance(value, Exercise):
        return value.walkthrough()
    if isinstance(value, mg.Layer):
        return mg.draw(value, names=names)
    return value


def forms_of(value):
    """What an object says that it looks like, by media type, asked as a notebook asks it."""
    if isinstance(value, type):
        return {}  # its methods are for its instances
    answer = answer_of(value, "_repr_mimebundle_")
    forms = answer[0] if isinstance(answer, tuple) and answer else answer  # or (forms, metadata)
    if forms is not None and not isinstance(forms, dict):
        raise TypeError(f"_repr_mimebundle_ returns a dict, or a tuple of two; got {type(forms).__name__}")
    forms = dict(forms or {})
    for form, method in FORMS.items():
        if form not in forms:
            forms[form] = answer_of(value, method)
    for form in (*FORMS, "text/plain"):
        if not isinstance(forms.get(form), str | None):
            raise TypeError(f"{form} is a text; {type(value).__name__} has {type(forms[form]).__name__}")
    return {form: content for form, content in forms.items() if content is not None}


def answer_of(value, name):
    """What the method of the value's class returns; None if there is no such method."""
    if not callable(getattr(type(value), name, None)):
        return None
    method = getattr(value, name)
    options = {"include": None, "exclude": None} if name == "_repr_mimebundle_" else {}
    try:
        inspect.signature(method).bind(**options)
    except TypeError:  # a method that takes none
        options = {}
    return method(**options)


def saved(form):
    """What is shown, as a file: "page" or "svg"; where it cannot be made, a file that says why."""
    try:
        return file_makers[form]()
    except BaseException as error:
        why = html.escape(f"This could not be saved. {type(error).__name__}: {message_of(error)}")
        if form == "svg":
            size = 'width="900" height="60"'
            return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><text x="10" y="35">{why}</text></svg>'
        return f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>not saved</title><body><p>{why}</p></html>'
