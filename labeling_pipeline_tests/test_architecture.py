"""The house rules, read from the source: which way imports go, how long things are, what core never does."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from statistics import median

import pytest

PACKAGE = Path(__file__).parents[1] / "labeling_pipeline"
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
ALL_FILES = [*FILES, *sorted(Path(__file__).parent.rglob("*.py"))]

# Layers from the ground up; a module may import its own layer and those below. What a home is and how it is set
# (home, settings, locks) stands beside the ground, files is reading and writing frames.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("core",),
    ("quality_settings",),
    ("settings", "settings_file", "files"),
    ("home", "locks"),
    ("warehouse", "platforms"),
    ("stages",),
    ("report",),
    ("defs",),
    ("definitions",),
    ("launch", "loop"),
    ("cli",),
)
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
# Which layers may import a package; nothing else may.
KEPT_APART = {
    "duckdb": ("warehouse",),
    "dagster": ("defs", "definitions", "launch"),
    "click": ("cli",),
}
# Interrupts users' functions and measures how long they took: the one place of core where time passes.
TIMED, MEASURES = "core/weak_supervision/bounded.py", {"time.monotonic"}
REGISTRIES = {
    "core/consensus/__init__.py": "METHODS",
    "core/weak_supervision/__init__.py": "LABEL_MODELS",
    "core/selection/__init__.py": "STRATEGIES",
    "platforms/__init__.py": "PLATFORMS",
    "cli/__init__.py": "COMMANDS",
    "stages/__init__.py": "STAGES",
}
MAX_FILE, MAX_FUNCTION, MEDIAN_FILE, MEDIAN_FUNCTION, MAX_SQL_LINES = 300, 40, 100, 12, 3
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def layer(name: str) -> str:
    return name.split("/", 1)[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    """Every module named in an import, wherever it stands."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("name", [name for name in TREES if layer(name) in HEIGHT])
def test_imports_go_down_only(name: str) -> None:
    ours = {module.split(".")[1] for module in imports(TREES[name]) if module.startswith("labeling_pipeline.")}
    up = {other for other in ours if HEIGHT.get(other, 0) > HEIGHT[layer(name)]}
    assert not up, f"{name} imports {sorted(up)}, which stand above it"


def test_every_module_has_a_place() -> None:
    assert {layer(name) for name in TREES} - set(HEIGHT) == {"__init__", "__main__"}


@pytest.mark.parametrize("package", KEPT_APART)
def test_each_library_has_one_home(package: str) -> None:
    users = {name for name, tree in TREES.items() if any(m.split(".")[0] == package for m in imports(tree))}
    assert not {name for name in users if layer(name) not in KEPT_APART[package]}


def attributes(tree: ast.AST) -> set[str]:
    """Dotted names that are read, such as ``datetime.now``."""
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("name", [name for name in TREES if layer(name) == "core"])
def test_core_has_no_clock_and_no_global_random_state(name: str) -> None:
    clock = r"(datetime|date|Timestamp)\.(now|utcnow|today)|time\.(time|monotonic|perf_counter)(_ns)?"
    random = r"(np|numpy)\.random\.(?!default_rng$|Generator$|SeedSequence$)\w+|random\.(seed|random|choice|shuffle)"
    pattern = re.compile(rf"(\w+\.)*({clock})$|({random})$")
    found = {one for one in attributes(TREES[name]) if pattern.match(one)}
    assert not found - (MEASURES if name == TIMED else set())
    forbidden = {"random", "duckdb", "dagster"} | (set() if name == TIMED else {"time", "signal"})
    assert not forbidden & {module.split(".")[0] for module in imports(TREES[name])}


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTION)]


def lines(node: ast.stmt) -> int:
    """Lines of a function, its docstring among them, or of any other statement."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring, which documents a call."""
    return lines(function) - (lines(function.body[0]) if ast.get_docstring(function) is not None else 0)


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in ALL_FILES}
    assert not {path.name: n for path, n in lengths.items() if n > MAX_FILE}
    assert median(lengths[path] for path in FILES) <= MEDIAN_FILE


def test_functions_are_short() -> None:
    found = {f"{name}:{one.name}": one for name, tree in TREES.items() for one in functions(tree)}
    assert not {name: lines(one) for name, one in found.items() if lines(one) > MAX_FUNCTION}
    assert median(map(code_lines, found.values())) <= MEDIAN_FUNCTION


def test_every_module_says_what_belongs_there() -> None:
    assert not [name for name, tree in TREES.items() if not ast.get_docstring(tree)]


def is_documented(node: ast.stmt) -> bool:
    """Public functions and classes say what they do; a property of a documented class may speak for itself."""
    return not isinstance(node, (*FUNCTION, ast.ClassDef)) or node.name.startswith("_") or bool(ast.get_docstring(node))


def test_public_functions_and_classes_have_docstrings() -> None:
    assert not [
        f"{name}:{node.name}"  # type: ignore[attr-defined]
        for name, tree in TREES.items()
        for node in tree.body
        if not is_documented(node)
    ]


# A home's own labeling functions are called here, and may raise anything; each such error is counted and reported.
CALLS_FOREIGN_CODE = {"core/weak_supervision/bounded.py", "core/weak_supervision/evaluation.py"}


def test_no_error_is_swallowed() -> None:
    broad = {"Exception", "BaseException", "USER_ERRORS"}
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if name in CALLS_FOREIGN_CODE or not isinstance(node, ast.ExceptHandler):
                continue
            if isinstance(node.body[-1], ast.Raise):
                continue
            caught = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else broad
            assert not caught & broad, f"{name}:{node.lineno} catches everything"


def test_values_are_not_validated_with_assert() -> None:
    found = [
        f"{n}:{node.lineno}" for n, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, ast.Assert)
    ]
    assert not found


@pytest.mark.parametrize(("path", "registry"), REGISTRIES.items())
def test_registries_are_dict_literals(path: str, registry: str) -> None:
    for node in TREES[path].body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == registry for target in targets):
            assert isinstance(node.value, ast.Dict), f"{registry} is computed"  # type: ignore[attr-defined]
            return
    pytest.fail(f"no {registry} in {path}")


def docstrings(tree: ast.AST) -> set[ast.expr]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def test_sql_beyond_a_few_lines_is_in_sql_files() -> None:
    statement = re.compile(
        r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH)\b.+\b(FROM|INTO|SET|TABLE|VIEW|AS)\b", re.S | re.I
    )
    found = {
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for said in (docstrings(tree),)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value)
        if node not in said
        if node.value.strip().count("\n") >= MAX_SQL_LINES
    }
    assert not found


def test_sql_files_say_what_they_are() -> None:
    queries = sorted((PACKAGE / "warehouse").rglob("*.sql"))
    assert queries
    assert not [path.name for path in queries if not path.read_text(encoding="utf-8").startswith("--")]


def test_nothing_is_left_to_do_in_comments() -> None:
    mark = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))
    assert not [path.name for path in ALL_FILES if mark.search(path.read_text(encoding="utf-8"))]
    assert not [path for path in ALL_FILES if path.name == "utils.py"]


def test_migrations_are_numbered_one_by_one_and_are_short() -> None:
    files = sorted((PACKAGE / "warehouse" / "migrations").glob("*.sql"))
    assert [int(path.stem.split("_")[0]) for path in files] == list(range(1, len(files) + 1)), "give yours the next one"
    assert not [path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) > MAX_FILE]
