"""Let compiled properties refuse to be deleted: of `del`, mypyc (2.4.1) hands them a NULL, which crashes Python.

The C that it made is completed here. Where another version writes something else nothing is found, and nothing changed.
"""

from __future__ import annotations

import re
from pathlib import Path

SETTER = re.compile(r"(_set_(\w+)\(\w+ \*self, PyObject \*value, void \*closure\)\s*\{)(?=\s*char retval)")


def refuse_to_delete(c_file: Path) -> None:
    """Begin the setter of every property with the check that mypyc leaves out."""

    def with_check(found: re.Match[str]) -> str:
        start, name = found.groups()
        message = f"property '{name}' of '%s' object has no deleter"
        refusal = f'PyErr_Format(PyExc_AttributeError, "{message}", Py_TYPE(self)->tp_name); return -1;'
        return f"{start} if (value == NULL) {{ {refusal} }}"

    c_file.write_text(SETTER.sub(with_check, c_file.read_text(encoding="utf-8")), encoding="utf-8")
