"""The documentation, from docstrings, notebooks and pages: `python -m sphinx -W --keep-going docs docs/_build/html`."""

import shutil
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for plain_docstrings and playground_links

# Sphinx reads what lies below this folder; the notebooks lie beside it, and point to it by another way.
shutil.rmtree(HERE / "notebooks", ignore_errors=True)
(HERE / "notebooks").mkdir()
for notebook in (HERE.parent / "notebooks").glob("*.ipynb"):
    text = notebook.read_text(encoding="utf-8").replace("../docs/", "../").replace("](README.md)", "](../tutorial.md)")
    (HERE / "notebooks" / notebook.name).write_text(text, encoding="utf-8")

project = "microgrand"
author = "The microgrand authors"
project_copyright = author
release = metadata.version("microgrand")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx-mathjax-offline",
    "sphinxarg.ext",
    "plain_docstrings",
    "playground_links",
]
exclude_patterns = ["_build", "playground", "**/.ipynb_checkpoints"]
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", ".*")
]  # types in signatures are written as in the source, and not all of them are pages

myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "attrs_inline"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the suite runs them, and holds that their outputs are what is committed

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
add_module_names = False

html_theme = "furo"
html_title = f"microgrand {release}"
html_static_path = ["_static"]
html_css_files = ["wide.css", "playground_links.css"]
html_copy_source = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
