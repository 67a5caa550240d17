"""What calls.py tells when the rows have their kernels, as in a wheel, but run by Python: before they are compiled.

Run as a program, it writes the kernels from the table, as the build does, loads them, and prints as calls.py does.
"""

import json
import sys
from pathlib import Path
from types import ModuleType

HOME = Path(__file__).parent.parent.parent


class Vec:
    """`vec[float]` of librt as a list."""

    def __class_getitem__(cls, kind: type) -> type:
        return list


def append(items: list[float], item: float) -> list[float]:
    return [*items, item]


def load_kernels() -> None:
    """Write and load microgrand/compiled/kernels.py without a file, and give each row its kernel."""
    sys.path[:0] = [str(HOME / "build_support"), str(HOME)]
    from kernels import module_text

    import microgrand

    stubs = {"librt.vecs": {"vec": Vec, "append": append}, "mypy_extensions": {"i64": int}}
    for name, contents in stubs.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(contents)
    module = ModuleType("microgrand.compiled.kernels")
    exec(compile(module_text(microgrand.TABLE), "kernels", "exec"), vars(module))
    module.attach()
    with_kernel = [row.name for row in microgrand.TABLE.values() if row.kernel is not None]
    assert with_kernel == list(microgrand.TABLE)


if __name__ == "__main__":
    load_kernels()
    sys.path.insert(0, str(HOME / "tests"))
    import calls

    json.dump(calls.tell_all(), sys.stdout)
