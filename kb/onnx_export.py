"""Export of a sentence-transformers model to ONNX: the only importer of torch.

The exported graph holds the transformer, the pooling and the normalisation, so that serving is
tokenise, run, take the output. It serves texts of one length at a time: a mask that hides padding
is left out where the model's attention needs it for nothing else, which saves an eighth of the
time.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agents.errors import KnowledgeBaseError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    from kb.embed import Vectors

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_PLAIN_ATTENTION = frozenset({"bert", "roberta", "xlm-roberta"})
"""Kinds of models in which every token looks at all others: a mask only hides padding."""
_CLOSE_ENOUGH = 0.9999
_PROBES = (
    "How do I read a document by its id?",
    "const task = await ctx.db.get(args.id); // null where it is gone",
    "Réactif – 反応的 🙂",
    "An index lists its fields in the order in which they are compared. " * 40,
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What the exported files are."""

    dimension: int
    max_tokens: int
    serve: Literal["onnx", "sentence-transformers"]
    query_prompt: str
    document_prompt: str
    lower_case: bool
    inputs: tuple[str, ...]


def fetch_model(name: str) -> Path:
    """The folder of a model of the Hugging Face hub, downloaded where it isn't cached there.

    Raises KnowledgeBaseError where it can't be had.
    """
    with _quiet():
        from huggingface_hub import snapshot_download

        try:
            unused = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack"]
            return Path(snapshot_download(name, ignore_patterns=unused))
        except Exception as error:  # the hub client raises a dozen kinds, of three libraries
            raise KnowledgeBaseError(
                f"can't fetch the embedding model {name}: {_first_line(error)}",
                hint="check the name and the network, or set embedding_model to a local folder",
            ) from error


def load_sentence_transformer(folder: Path) -> SentenceTransformer:
    """The model as sentence-transformers loads it, on the CPU, in evaluation mode.

    Raises KnowledgeBaseError where it can't be loaded.
    """
    with _quiet():
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except Exception as error:  # broken files raise whatever their reader raises
            raise KnowledgeBaseError(
                f"can't load the embedding model: {_first_line(error)}",
                hint="name the folder of a whole sentence-transformers model",
                path=str(folder),
            ) from error
        model.eval()
        return model


def export_model(source: Path, target: Path, *, name: str) -> Exported:
    """Write the graph and the tokenizer of the model in `source` into `target`.

    A model that is not a transformer with mean or first-token pooling is left to
    sentence-transformers itself. Raises KnowledgeBaseError where the model can't be loaded, or
    where the graph does not give the vectors that sentence-transformers gives.
    """
    model = load_sentence_transformer(source)
    exportable = _is_exportable(model)
    exported = Exported(
        dimension=_dimension(model),
        max_tokens=int(model.max_seq_length or 512),
        serve="onnx" if exportable else "sentence-transformers",
        query_prompt=model.prompts.get("query") or "",
        document_prompt=model.prompts.get("document") or model.prompts.get("passage") or "",
        lower_case=bool(getattr(model[0], "do_lower_case", False)),
        inputs=tuple(i for i in _INPUTS if i in model.tokenizer.model_input_names)
        if exportable
        else (),
    )
    if exportable:
        tokenizer = model.tokenizer.backend_tokenizer.to_str()
        (target / TOKENIZER).write_text(tokenizer, encoding="utf-8")
        with _quiet():
            expected: Vectors = model.encode(list(_PROBES), normalize_embeddings=True)
        with _unmasked(model):
            _write_graph(model, exported.inputs, target / GRAPH)
        if _least_cosine(exported, target, expected) < _CLOSE_ENOUGH:
            _write_graph(model, exported.inputs, target / GRAPH)
            least = _least_cosine(exported, target, expected)
            if least < _CLOSE_ENOUGH:
                raise KnowledgeBaseError(
                    f"the exported embedding model {name} differs from the original (cosine"
                    f" {least:.5f})",
                    hint="please report this; another embedding_model can be set",
                )
    return exported


def _dimension(model: SentenceTransformer) -> int:
    with _quiet():
        return int(model.encode(["dimension"]).shape[1])


def _is_exportable(model: SentenceTransformer) -> bool:
    names = [type(module).__name__ for module in model]
    if names not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return False
    transformer: Any = model[0]
    pooling = model[1].get_config_dict()  # type: ignore[operator]
    return (
        pooling.get("pooling_mode") in ("mean", "cls")
        and pooling.get("include_prompt", True)
        and getattr(transformer, "transformer_task", "feature-extraction") == "feature-extraction"
        and hasattr(model.tokenizer, "backend_tokenizer")
        and set(model.tokenizer.model_input_names) <= set(_INPUTS)
        and getattr(transformer, "query_length", None) is None
        and getattr(transformer, "document_length", None) is None
    )


def _write_graph(model: SentenceTransformer, inputs: tuple[str, ...], target: Path) -> None:
    with _quiet():
        import torch

        class Encoder(torch.nn.Module):
            """The model as one function of tensors."""

            def __init__(self) -> None:
                super().__init__()
                self.transformer: Any = model[0].auto_model
                self.mean = model[1].get_config_dict()["pooling_mode"] == "mean"  # type: ignore[operator]

            def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
                given = dict(zip(inputs, tensors, strict=True))
                states: torch.Tensor = self.transformer(**given).last_hidden_state
                if self.mean:
                    mask = given["attention_mask"].unsqueeze(-1).to(states.dtype)
                    pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
                else:
                    pooled = states[:, 0]
                return torch.nn.functional.normalize(pooled, p=2, dim=1)

        # Tensors of their own: one given twice would become one input of the graph.
        example = tuple(
            torch.full((2, 8), int(i != "token_type_ids"), dtype=torch.long) for i in inputs
        )
        batch = torch.export.Dim("batch", min=1, max=4096)
        length = torch.export.Dim("length", min=2, max=int(model.max_seq_length or 512))
        torch.onnx.export(
            Encoder().eval(),
            example,
            str(target),
            input_names=list(inputs),
            output_names=["sentence_vector"],
            dynamic_shapes={"tensors": ({0: batch, 1: length},) * len(inputs)},
            dynamo=True,
            external_data=False,
            verbose=False,
        )


@contextmanager
def _unmasked(model: SentenceTransformer) -> Iterator[None]:
    """The model with an attention that looks at everything, where its own means the same."""
    transformer: Any = model[0].auto_model
    if transformer.config.model_type not in _PLAIN_ATTENTION or transformer.config.is_decoder:
        yield
        return
    with _quiet():
        from transformers import AttentionInterface

    before = transformer.config._attn_implementation
    AttentionInterface.register(_UNMASKED, _attend)
    transformer.set_attn_implementation(_UNMASKED)
    try:
        yield
    finally:
        transformer.set_attn_implementation(before)


_UNMASKED = "convexpert_unmasked"


def _attend(
    _module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    _mask: torch.Tensor | None,
    scaling: float | None = None,
    **_options: object,
) -> tuple[torch.Tensor, None]:
    """Scaled dot-product attention (Vaswani et al., 2017) over texts without padding.

    The tensors' axes are text, head, token and feature; of the result text, token, head, feature.
    """
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    weights = ((query @ key.transpose(2, 3)) * scale).softmax(dim=-1)
    return (weights @ value).transpose(1, 2).contiguous(), None


def _least_cosine(exported: Exported, target: Path, expected: Vectors) -> float:
    """How near the written graph comes to the vectors that it should give."""
    from kb.embed import OnnxEmbedder

    served = OnnxEmbedder(
        target,
        model_id="",
        dimension=exported.dimension,
        max_tokens=exported.max_tokens,
        inputs=exported.inputs,
        lower_case=exported.lower_case,
    ).embed_documents(_PROBES)
    return float((served * expected).sum(axis=1).min())


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep progress bars, notes and warnings of the libraries off a command's output."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
