"""`python -m infra.pipeline.views`: what follows from which models are exported, written into the dbt project.

Of each exported model a view in `reporting` under its name, with the test of its grain, and of them all the exposure of
the exporter. dbt wants a file per view; so the files are written here and are the same for every model.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from common.cli import Parser
from common.errors import UserError, entry_point
from infra.pipeline.steps import DBT_PROJECT

MODELS = DBT_PROJECT / "models"
# Below `models`; nothing else may stand in this folder.
FOLDER = "reporting/exported"
PROPERTIES = "exported.yml"
HEADER = "# Written by `make views` from what has `meta.export`; edit that.\n"
Properties = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> None:
    """Write the files, or with --check only say whether they are as the models have it.

    Raises:
        UserError: with --check, a file differs.
    """
    parser = Parser(prog="python -m infra.pipeline.views", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file differs")
    wanted, present = generate_files(MODELS), current(MODELS)
    if parser.parse_args(argv).check:
        differing = sorted(
            path.name for path in wanted.keys() | present.keys() if wanted.get(path) != present.get(path)
        )
        if differing:
            raise UserError(f"not as the exported models have it: {', '.join(differing)}; run `make views`")
    else:
        write(wanted, present)
    print(f"{len(wanted) - 1} views of exported models in {FOLDER}")


def current(models: Path) -> dict[Path, str]:
    """Return the text of every file of the folder."""
    return {path: path.read_text("utf-8") for path in sorted((models / FOLDER).glob("*.*"))}


def write(wanted: Mapping[Path, str], present: Mapping[Path, str]) -> None:
    """Write the files that are wanted, and delete those that no longer are."""
    for path in present.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def generate_files(models: Path) -> dict[Path, str]:
    """Return the text of every file that follows from what is exported."""
    documents = [yaml.safe_load(path.read_text("utf-8")) or {} for path in sorted(models.rglob("*.yml"))]
    marts = {one["name"]: one for properties in documents for one in properties.get("models", ()) if is_exported(one)}
    tables = [name for properties in documents for name in exported_tables(properties)]
    references = {name: f"ref('{name}')" for name in sorted(marts)}
    body = {
        "models": [view(marts[name]) for name in references],
        "exposures": [exposure([*references.values(), *sorted(tables)])],
    }
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120)
    folder = models / FOLDER
    queries = {folder / f"rpt_{name}.sql": f"select * from {{{{ {ref} }}}}\n" for name, ref in references.items()}
    return {folder / PROPERTIES: HEADER + text, **queries}


def is_exported(node: Properties) -> bool:
    """Say whether a model or source table is exported."""
    return bool(node.get("config", {}).get("meta", {}).get("export"))


def exported_tables(properties: Properties) -> Iterator[str]:
    """Yield how an exposure names each exported table of the sources."""
    for source in properties.get("sources", ()):
        for table in source["tables"]:
            if is_exported(table):
                yield f"source('{source['name']}', '{table['name']}')"


def view(model: Properties) -> Properties:
    """Return the properties of the view of a model: the grain is the model's, and so is its test."""
    rules = [test["rules"]["arguments"] for test in model.get("data_tests", ()) if "rules" in test]
    grain: list[str] = rules[0]["grain"] if rules else []
    words = " and ".join([", ".join(grain[:-1]), grain[-1]] if len(grain) > 1 else grain)
    return {
        "name": f"rpt_{model['name']}",
        "description": f"One row{f' per {words}' if grain else ''}: `{model['name']}` as last exported.",
        "data_tests": [{"rules": {"arguments": {"grain": grain}}} if grain else "one_row"],
    }


def exposure(names: Sequence[str]) -> Properties:
    """Return the exposure of the exporter, which loads all that is exported."""
    return {
        "name": "export",
        "type": "application",
        "description": "Loads every model and source table with `meta.export` into the schema `marts` of PostgreSQL.",
        "depends_on": list(names),
        "owner": {"name": "spark.export"},
    }


if __name__ == "__main__":
    entry_point(main)()
