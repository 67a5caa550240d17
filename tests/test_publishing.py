"""The release: what is built, tested and published by `.github/`, and what CITATION.cff and the changelog say of it."""

import fnmatch
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import microgrand

ROOT = Path(__file__).parent.parent
if not (ROOT / ".github").exists():
    pytest.skip("only a checkout has what publishes it", allow_module_level=True)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read(path):
    """A file of YAML as text, lists and dicts: "on" and "3.10" stay what they are."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


WORKFLOWS = {path.stem: read(path) for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
JOBS = {(name, job): body for name, workflow in WORKFLOWS.items() for job, body in workflow["jobs"].items()}
STEPS = [(where, step) for where, job in JOBS.items() for step in job.get("steps", [])]
ACTIONS = [(where, step["uses"], step.get("with", {})) for where, step in STEPS if "uses" in step]
COMMANDS = [(where, step["run"]) for where, step in STEPS if "run" in step]
OWN = re.compile(r"[\w./-]*[\w-]+\.(?:py|md|toml)|\.ci/\w+")  # words of a command that are files of the repository


def test_the_version_is_the_same_everywhere():
    """CITATION.cff and the first heading of the changelog tell the version that the package has."""
    headings = re.findall(r"^## (\S+) \(", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert read(ROOT / "CITATION.cff")["version"] == microgrand.__version__ == headings[0]


def test_the_citation_says_of_the_package_what_its_metadata_say():
    """Licence, authors and keywords of CITATION.cff are those of pyproject.toml."""
    citation, project = read(ROOT / "CITATION.cff"), PROJECT["project"]
    assert [citation[key] for key in ("license", "authors", "keywords")] == [
        project[key] for key in ("license", "authors", "keywords")
    ]


def test_every_python_that_is_named_is_tested_and_has_a_wheel():
    """The versions in the classifiers are those that the plain source is tested on, and those with compiled wheels;
    requires-python names the first.
    """
    last = [each.rpartition(" ")[2] for each in PROJECT["project"]["classifiers"] if "Python :: 3." in each]
    assert len(last) > 3
    assert WORKFLOWS["tests"]["jobs"]["plain"]["strategy"]["matrix"]["python"] == last
    built = PROJECT["tool"]["cibuildwheel"]["build"].split()
    assert built == [f"cp{version.replace('.', '')}-*" for version in last]
    assert PROJECT["project"]["requires-python"] == f">={last[0]}"


def test_linux_macos_and_windows_are_tested_and_have_wheels():
    """Plain and compiled, each on the three systems."""
    plain = WORKFLOWS["tests"]["jobs"]["plain"]["strategy"]["matrix"]["system"]
    compiled = WORKFLOWS["wheels"]["jobs"]["compiled"]["strategy"]["matrix"]["system"]
    for systems in (plain, compiled):
        assert {system.partition("-")[0] for system in systems} == {"ubuntu", "macos", "windows"}


def test_what_commands_name_is_there():
    """Each file that a command names is one of this repository, and each extra that it installs is declared."""
    files = [name for _, command in COMMANDS for name in OWN.findall(command)]
    extras = [
        name for _, command in COMMANDS for found in re.findall(r'"\.\[(.+?)\]"', command) for name in found.split(",")
    ]
    assert (len(files) > 4, len(extras) > 2) == (True, True)
    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert set(extras) - set(PROJECT["project"]["optional-dependencies"]) == set()


def test_workflows_that_others_use_can_be_used():
    """A job that is another workflow names one that is there, and that says it may be called."""
    used = [job["uses"] for job in JOBS.values() if "uses" in job]
    assert sorted(used) == ["./.github/workflows/tests.yml", "./.github/workflows/wheels.yml"]
    assert [name for name in used if "workflow_call" not in WORKFLOWS[Path(name).stem]["on"]] == []


def test_what_is_published_has_been_tested():
    """PyPI is given what this run has built, once all its tests have passed, and every artifact with files for it."""
    jobs = WORKFLOWS["publish"]["jobs"]
    assert (jobs["pypi"]["needs"], jobs["tests"]["needs"]) == ("tests", "version")
    (pattern,) = [given["pattern"] for (name, _), _, given in ACTIONS if name == "publish" and "pattern" in given]
    kept = [given["name"] for _, action, given in ACTIONS if action.startswith("actions/upload-artifact@")]
    assert {where[0] for where, action, _ in ACTIONS if action.startswith("actions/upload-artifact@")} == {"wheels"}
    assert [name for name in kept if not fnmatch.fnmatch(name, pattern)] == []


def test_a_job_may_do_what_it_needs_to():
    """A workflow may read the repository, and keeps no token of it. Two jobs may do more, and run nothing of it."""
    assert [name for name, workflow in WORKFLOWS.items() if workflow["permissions"] != {"contents": "read"}] == []
    more = {where: job["permissions"] for where, job in JOBS.items() if "permissions" in job}
    assert more == {
        ("publish", "pypi"): {"id-token": "write"},
        ("site", "deploy"): {"pages": "write", "id-token": "write"},
    }
    assert [where for where, _ in COMMANDS if where in more] == []
    checkouts = [given for _, action, given in ACTIONS if action.startswith("actions/checkout@")]
    assert len(checkouts) > 3
    assert [given for given in checkouts if given.get("persist-credentials") != "false"] == []


def test_actions_of_others_are_fixed():
    """GitHub's own actions are named by their major version, those of others by a commit, which nobody can move."""
    ours = [action for _, action, _ in ACTIONS if action.startswith("actions/")]
    others = [action for _, action, _ in ACTIONS if not action.startswith("actions/")]
    assert [action for action in ours if not re.fullmatch(r"[\w/-]+@v\d+", action)] == []
    assert [action.partition("@")[0] for action in others] == ["pypa/gh-action-pypi-publish"]
    assert [action for action in others if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)] == []


def test_one_action_has_one_version():
    """No workflow is left behind when another is brought up to date."""
    versions = {tuple(action.split("@")) for _, action, _ in ACTIONS}
    assert sorted(name for name, _ in versions) == sorted({name for name, _ in versions})


def test_every_job_ends():
    """A job that runs steps says after how many minutes it is stopped."""
    assert [where for where, job in JOBS.items() if "steps" in job and int(job.get("timeout-minutes", 0)) == 0] == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("tag", "heading", "passes"),
    [
        ("v1.2.0", "## 1.2.0 (2031-05-17)", True),
        ("v1.2.0", "## 1.2.0 (unreleased)", False),
        ("v1.2.0", "## 1.1.0 (2031-05-17)", False),
        ("v1.2.1", "## 1.2.1 (2031-05-17)", False),
        ("v1.2", "## 1.2 (2031-05-17)", False),
    ],
)
def test_a_tag_is_published_that_names_the_version_and_has_a_date(tag, heading, passes, tmp_path):
    """Of a package of version 1.2.0, the tag v1.2.0 is published once the changelog has its date, and no other tag."""
    (tmp_path / "microgrand").mkdir()
    (tmp_path / "microgrand" / "version.py").write_text('"""The version."""\n\n__version__ = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n\n- A change.\n")
    commands = [command for where, command in COMMANDS if where == ("publish", "version")]
    assert len(commands) == 2
    environment = {**os.environ, "GITHUB_REF_NAME": tag}
    done = [
        subprocess.run(["bash", "-ec", each], cwd=tmp_path, env=environment, capture_output=True) for each in commands
    ]
    assert all([each.returncode == 0 for each in done]) == passes


@pytest.mark.parametrize(("is_sdist", "pure"), [*itertools.product([True, False], [None, "", "0", "1"])], ids=str)
def test_an_sdist_is_compiled_only_on_request(is_sdist, pure, tmp_path):
    """What stands in the way of compiling an sdist is that nobody asked for it by MICROGRAND_PURE=0; of a checkout it
    never is. MICROGRAND_PURE=1 stands in the way of both.
    """
    shutil.copytree(ROOT / "build_support", tmp_path / "build_support", ignore=shutil.ignore_patterns("__pycache__"))
    if is_sdist:
        (tmp_path / "PKG-INFO").write_text("Name: microgrand\n")
    environment = {name: value for name, value in os.environ.items() if name != "MICROGRAND_PURE"}
    environment |= {"CC": "/nonexistent"} | ({} if pure is None else {"MICROGRAND_PURE": pure})
    command = [sys.executable, "-c", "from compilation import obstacle; print(obstacle())"]
    done = subprocess.run(command, cwd=tmp_path / "build_support", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("an sdist is compiled only where MICROGRAND_PURE=0") == (is_sdist and pure in (None, ""))
    assert (last == "MICROGRAND_PURE is set") == (pure == "1")


def test_the_form_for_faults_asks_for_what_can_be_told():
    """The command that the form names prints the version, and which build runs."""
    (form,) = [field for field in read(ROOT / ".github/ISSUE_TEMPLATE/wrong.yml")["body"] if field["id"] == "versions"]
    (command,) = re.findall("`python (.+)`", form["attributes"]["description"])
    done = subprocess.run([sys.executable, *shlex.split(command)], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.split()[:2] == [microgrand.__version__, str(microgrand.COMPILED)], done.stderr
