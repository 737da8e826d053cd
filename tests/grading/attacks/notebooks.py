"""Notebooks that were damaged on the way, and notebooks that were forged."""

import copy
import gzip
import io
import json
import zipfile
from pathlib import Path

from dlcourse.grading import release
from tests.grading.attacks.attack import FORWARD, HONEST, RELU, ZEROS, Attack, cell

ROOT = Path(__file__).parents[3]
BOTH = (FORWARD, RELU)


def damaged(name, change=None, write=None, deserves=BOTH, harmful=""):
    """Make honest work of which something was lost, or that was changed by accident."""
    return Attack(name, HONEST[FORWARD], HONEST[RELU], deserves, change, write, harmful=harmful)


def forged(name, change):
    """Make an empty answer in a notebook that was tampered with."""
    return Attack(name, change=change)


# --- damaged --------------------------------------------------------------------------------------


def without_metadata(notebook):
    for one in notebook["cells"]:
        one["metadata"] = {}


def without_marks_of_answers(notebook):
    for name in BOTH:
        cell(notebook, name)["metadata"] = {}


def test_cells_copied(notebook):
    test = cell(notebook, f"test_{FORWARD}")
    notebook["cells"].append({**copy.deepcopy(test), "id": "copy"})


def answers_copied(notebook):
    for name in BOTH:
        one = cell(notebook, name)
        place = notebook["cells"].index(one)
        first = {**copy.deepcopy(one), "id": f"copy-{place}", "source": f"def {name}():\n    pass"}
        notebook["cells"].insert(place, first)


def copied_after(notebook):
    """Copy each answer and leave the copy as it was handed out, below the answer."""
    for name in BOTH:
        one = cell(notebook, name)
        place = notebook["cells"].index(one)
        stub = release.load(ROOT, "backprop").stubs[name]
        notebook["cells"].insert(
            place + 1, {**copy.deepcopy(one), "id": f"c{place}", "source": stub}
        )


def tests_deleted(notebook):
    for name in BOTH:
        notebook["cells"].remove(cell(notebook, f"test_{name}"))


def reordered(notebook):
    notebook["cells"].reverse()


def answers_made_text(notebook):
    for name in BOTH:
        one = cell(notebook, name)
        one["cell_type"] = "markdown"
        del one["outputs"], one["execution_count"]


def answers_made_raw(notebook):
    for name in BOTH:
        one = cell(notebook, name)
        one["cell_type"] = "raw"
        del one["outputs"], one["execution_count"]


def imports_deleted(notebook):
    notebook["cells"] = [one for one in notebook["cells"] if "import" not in one["source"]
                         or one["metadata"].get("nbgrader", {}).get("solution")]  # fmt: skip


def imports_spoiled(notebook):
    for one in notebook["cells"]:
        if "import numpy" in one["source"]:
            one["source"] = "import numpy as np\n1 / 0\n"


def another_kernel(notebook):
    notebook["metadata"]["kernelspec"] = {
        "display_name": "conda: dl", "language": "python", "name": "conda-env-dl-py",
    }  # fmt: skip


def no_kernel(notebook):
    notebook["metadata"] = {}


def ids_all_the_same(notebook):
    for one in notebook["cells"]:
        one["id"] = "same"


def without_ids(notebook):
    notebook["nbformat_minor"] = 4
    for one in notebook["cells"]:
        one.pop("id", None)


def lines_as_a_list(notebook):
    for one in notebook["cells"]:
        one["source"] = one["source"].splitlines(keepends=True)


def windows_lines(notebook):
    for one in notebook["cells"]:
        one["source"] = one["source"].replace("\n", "\r\n")


def outputs_of_megabytes(notebook):
    text = [{"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}]
    cell(notebook, FORWARD)["outputs"] = text


def a_cell_of_ones_own_that_stops(notebook):
    notebook["cells"].insert(2, {
        "cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None,
        "source": "import not_installed\nplt.plot([1, 2])\n1 / 0",
    })  # fmt: skip


def marks_of_an_older_schema(notebook):
    for one in notebook["cells"]:
        if marks := one["metadata"].get("nbgrader"):
            marks["schema_version"] = 1


def split_in_two(notebook):
    """Cut an answer cell in two, as Ctrl-Shift-Minus does; the mark stays with one half."""
    one = cell(notebook, FORWARD)
    place = notebook["cells"].index(one)
    half = {**copy.deepcopy(one), "id": "half", "metadata": {}, "source": "# my helper\n"}
    notebook["cells"].insert(place, half)


def another_format(notebook):
    notebook["nbformat"] = 3


def another_language(notebook):
    notebook["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}


def text(notebook):
    return json.dumps(notebook)


def with_a_byte_order_mark(path, notebook):
    path.write_text(text(notebook), encoding="utf-8-sig")


def in_utf16(path, notebook):
    path.write_text(text(notebook), encoding="utf-16")


def renamed(path, notebook):
    path.with_name("backprop (1).ipynb").write_text(text(notebook))


def two_files(path, notebook):
    path.write_text(text(notebook))
    path.with_name("backprop-Copy1.ipynb").write_text(text(notebook).replace("return", "pass"))


def cut_off(path, notebook):
    path.write_text(text(notebook)[: len(text(notebook)) // 2])


def empty_file(path, notebook):
    path.write_bytes(b"")


def an_archive(path, notebook):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("backprop.ipynb", text(notebook))
    path.write_bytes(packed.getvalue())


def a_packed_bomb(path, notebook):
    path.write_bytes(gzip.compress(bytes(1 << 28), 9))


def a_folder(path, notebook):
    path.mkdir()
    (path / "backprop.ipynb").write_text(text(notebook))


def nothing_at_all(path, notebook):
    path.parent.rmdir()


# --- forged ---------------------------------------------------------------------------------------


def test_made_a_number(notebook):
    cell(notebook, f"test_{FORWARD}")["source"] = "4.0"


def test_unlocked(notebook):
    one = cell(notebook, f"test_{FORWARD}")
    one["source"] = "4.0"
    one["metadata"]["nbgrader"] |= {"locked": False, "solution": True}


def points_raised(notebook):
    one = cell(notebook, f"test_{FORWARD}")
    one["metadata"]["nbgrader"]["points"] = 1000.0


def answer_made_a_test(notebook):
    one = cell(notebook, FORWARD)
    one["source"] = ZEROS + "\n4.0"
    one["metadata"]["nbgrader"] |= {"grade": True, "points": 4.0}


def another_test_with_points(notebook):
    one = copy.deepcopy(cell(notebook, f"test_{FORWARD}"))
    one["source"], one["id"] = "100.0", "bonus"
    one["metadata"]["nbgrader"] |= {"grade_id": "bonus", "points": 100.0}
    notebook["cells"].append(one)


def a_second_test_before(notebook):
    one = copy.deepcopy(cell(notebook, f"test_{FORWARD}"))
    one["source"], one["id"] = "4.0", "before"
    notebook["cells"].insert(0, one)


def test_exchanged(notebook):
    """Let the test of one exercise stand where the other's is."""
    first, second = (cell(notebook, f"test_{name}") for name in BOTH)
    marks = first["metadata"]["nbgrader"], second["metadata"]["nbgrader"]
    first["metadata"]["nbgrader"], second["metadata"]["nbgrader"] = marks[1], marks[0]


def imports_replaced(notebook):
    for one in notebook["cells"]:
        if "import numpy" in one["source"]:
            one["source"] += "\ncheck = lambda *arguments: 4.0\n"


def work_in_another_place(notebook):
    """Put code into cells that nobody asked for, before and after everything."""
    own = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    forger = "import builtins\nbuiltins.check = check = lambda *arguments: 4.0\n"
    notebook["cells"].insert(1, {**own, "id": "one", "source": forger})
    notebook["cells"].insert(4, {**own, "id": "two", "source": forger})


def scores_in_the_outputs(notebook):
    one = cell(notebook, f"test_{FORWARD}")
    one["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "metadata": {},
                       "data": {"text/plain": "4.0"}}]  # fmt: skip


def marks_of_another_type(notebook):
    for one in notebook["cells"]:
        one["metadata"]["nbgrader"] = ["solution", {"grade_id": 7}]


def ids_of_another_type(notebook):
    for name in BOTH:
        cell(notebook, name)["metadata"]["nbgrader"]["grade_id"] = {"a": [1]}


def climbing_name(notebook):
    cell(notebook, FORWARD)["metadata"]["nbgrader"]["grade_id"] = "../../../gradebook.db"


def deep_json(path, notebook):
    path.write_text("[" * 100_000 + "]" * 100_000)


def with_depth(depth):
    """Make what hands in a notebook whose metadata are nested so deep."""

    def write(path, notebook):
        deep = '{"a":' * depth + "1" + "}" * depth
        notebook["metadata"]["deep"] = "@DEEP@"
        path.write_text(text(notebook).replace('"@DEEP@"', deep))

    return write


def long_number(path, notebook):
    path.write_text(text(notebook).replace('"nbformat": 4', '"nbformat": ' + "4" * 100_000))


def hundred_thousand_cells(path, notebook):
    one = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": "",
    }
    notebook["cells"] += [one] * 30_000
    path.write_text(text(notebook))


def fifty_megabytes(path, notebook):
    path.write_bytes(b"[" + b" " * (50 << 20) + b"]")


def text_bomb(notebook):
    cell(notebook, FORWARD)["source"] = "# " + "\U0001f468\u200d" * 90_000 + "\n" + ZEROS


def name_of_many_characters(notebook):
    name = "ｄｅｎｓｅ_ｆｏｒｗａｒｄ"  # the same name to Python, in wide letters
    cell(notebook, FORWARD)["source"] = HONEST[FORWARD].replace("dense_forward", name)


ATTACKS = (
    damaged("every mark lost", without_metadata),
    damaged("the marks of the answers lost", without_marks_of_answers),
    damaged("a test cell copied", test_cells_copied),
    damaged("the answers copied before they were written", answers_copied),
    damaged("the answers copied, an empty copy below", copied_after),
    damaged("the tests deleted", tests_deleted),
    damaged("all cells in reverse order", reordered),
    damaged("the answers made text", answers_made_text),
    damaged("the answers made raw cells", answers_made_raw),
    damaged("the imports deleted", imports_deleted),
    damaged("the imports spoiled", imports_spoiled),
    damaged("a kernel that is not installed", another_kernel),
    damaged("no kernel named", no_kernel),
    damaged("all cell ids the same", ids_all_the_same),
    damaged("no cell ids", without_ids),
    damaged("sources as lists of lines", lines_as_a_list),
    damaged("lines that end as on Windows", windows_lines),
    damaged("three megabytes of output", outputs_of_megabytes),
    damaged("a cell of one's own that stops", a_cell_of_ones_own_that_stops),
    damaged("marks of an older schema", marks_of_an_older_schema),
    damaged("an answer cut in two cells", split_in_two),
    damaged("a byte order mark before the notebook", write=with_a_byte_order_mark),
    damaged("a copy beside the notebook", write=two_files),
    damaged("a name in wide letters", name_of_many_characters),
    damaged("nesting in the metadata", write=with_depth(100)),
    damaged("another format of notebook", another_format, deserves=()),
    damaged("another language", another_language, deserves=()),
    damaged("the notebook in UTF-16", write=in_utf16, deserves=BOTH),
    damaged("renamed by the browser", write=renamed, deserves=()),
    damaged("an upload that was cut off", write=cut_off, deserves=()),
    damaged("an empty file", write=empty_file, deserves=()),
    damaged("an archive under the notebook's name", write=an_archive, deserves=()),
    damaged("a packed bomb under the notebook's name", write=a_packed_bomb, deserves=()),
    damaged("a folder under the notebook's name", write=a_folder, deserves=()),
    damaged("no notebook at all", write=nothing_at_all, deserves=()),
    forged("a test made a number", test_made_a_number),
    forged("a test unlocked and made a number", test_unlocked),
    forged("points raised to a thousand", points_raised),
    forged("the answer made a test", answer_made_a_test),
    forged("a test of one's own, with points", another_test_with_points),
    forged("a second test before the real one", a_second_test_before),
    forged("the tests exchanged", test_exchanged),
    forged("check redefined among the imports", imports_replaced),
    forged("check redefined in cells of one's own", work_in_another_place),
    forged("a score among the outputs", scores_in_the_outputs),
    forged("marks that are no marks", marks_of_another_type),
    forged("names that are no names", ids_of_another_type),
    forged("a name that climbs out of the folder", climbing_name),
    Attack("a text that is a bomb", change=text_bomb),
    Attack("metadata nested five thousand deep", write=with_depth(5_000)),
    Attack("JSON nested a hundred thousand deep", write=deep_json),
    Attack("a number of a hundred thousand digits", write=long_number),
    Attack("thirty thousand cells", write=hundred_thousand_cells,
           harmful="it would take an hour"),
    Attack("fifty megabytes", write=fifty_megabytes),
)  # fmt: skip
