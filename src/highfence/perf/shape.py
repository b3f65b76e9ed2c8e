"""A language model as the numbers that its work follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from highfence.catalogue import LanguageModel, catalogue
from highfence.core.errors import InputError, NoAnswer

UNBOUNDED = 1e12
"""A window that no context reaches."""


@dataclass(frozen=True, slots=True)
class AttentionLayers:
    """Layers of one kind of attention.

    Attributes
    ----------
    kind : ``gqa``, ``mla`` or ``linear``. layers : count. window : most keys that a query sees, tokens.
    """

    kind: str
    layers: float
    window: float = UNBOUNDED


@dataclass(frozen=True, slots=True)
class Mla:
    """Widths of multi-head latent attention, in elements."""

    q_lora: float
    kv_lora: float
    nope: float
    rope: float
    value: float


@dataclass(frozen=True, slots=True)
class Linear:
    """Widths of gated linear attention: heads and elements a head."""

    key_heads: float
    value_heads: float
    key_dim: float
    value_dim: float
    convolution: float


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Widths and counts of a decoder.

    Attributes
    ----------
    heads, kv_heads, head_dim : of full attention. ffn : width of the dense layers' feed-forward, 0 if there is none.
    matrices : products in one feed-forward: 3 if gated, else 2.
    experts, top_k, shared, expert_ffn : of the mixture layers. dense_layers : layers without experts.
    index_heads, index_dim : of the indexer of sparse attention, 0 without.
    """

    id: str
    layers: float
    hidden: float
    heads: float
    kv_heads: float
    head_dim: float
    ffn: float
    matrices: float
    vocab: float
    tied: bool
    max_context: float
    attention: tuple[AttentionLayers, ...]
    experts: float = 0.0
    top_k: float = 0.0
    shared: float = 0.0
    expert_ffn: float = 0.0
    dense_layers: float = 0.0
    mla: Mla | None = None
    linear: Linear | None = None
    index_heads: float = 0.0
    index_dim: float = 0.0
    native_format: str = "bf16"

    @property
    def moe_layers(self) -> float:
        """Layers with experts."""
        return self.layers - self.dense_layers if self.experts else 0.0

    @property
    def qk_dim(self) -> float:
        """Elements of a query head against the cache's keys in prefill."""
        return self.mla.nope + self.mla.rope if self.mla else self.head_dim

    @property
    def v_dim(self) -> float:
        """Elements of a value head."""
        return self.mla.value if self.mla else self.head_dim

    def attention_weights(self, kind: str) -> float:
        """Return the weights of one layer's attention of a kind, in elements.

        >>> shape_of("llama-3.1-70b").attention_weights("gqa") / 1e6
        150.994944
        """
        if kind == "linear" and self.linear:
            a = self.linear
            inner = 2 * a.key_heads * a.key_dim + 2 * a.value_heads * a.value_dim + 2 * a.value_heads
            return self.hidden * (inner + a.value_heads * a.value_dim)
        if kind == "mla" and self.mla:
            m = self.mla
            query = (self.hidden * m.q_lora + m.q_lora * self.heads * (m.nope + m.rope)
                     if m.q_lora else self.hidden * self.heads * (m.nope + m.rope))
            latent = self.hidden * (m.kv_lora + m.rope) + m.kv_lora * self.heads * (m.nope + m.value)
            index = m.q_lora * self.index_heads * self.index_dim + self.hidden * self.index_dim
            return query + latent + self.heads * m.value * self.hidden + index
        return self.hidden * self.head_dim * (2 * self.heads + 2 * self.kv_heads)

    @property
    def expert_weights(self) -> float:
        """Weights of one expert, in elements."""
        return self.matrices * self.hidden * self.expert_ffn

    @property
    def dense_ffn_weights(self) -> float:
        """Weights of one dense feed-forward, in elements."""
        return self.matrices * self.hidden * self.ffn

    @property
    def embedding_weights(self) -> float:
        """Weights of the embedding and the output head, in elements."""
        return self.vocab * self.hidden * (1 if self.tied else 2)

    @property
    def block_weights(self) -> float:
        """Weights of all layers without their routed experts, in elements."""
        attention = sum(a.layers * self.attention_weights(a.kind) for a in self.attention)
        dense = (self.layers - self.moe_layers) * self.dense_ffn_weights
        return attention + dense + self.moe_layers * (self.shared * self.expert_weights + self.hidden * self.experts)

    @property
    def parameters(self) -> float:
        """All weights, in elements.

        >>> round(shape_of("deepseek-v3").parameters / 1e9)
        671
        """
        return self.block_weights + self.moe_layers * self.experts * self.expert_weights + self.embedding_weights

    @property
    def active_parameters(self) -> float:
        """Weights that one token uses, the input embedding left out.

        >>> round(shape_of("deepseek-v3").active_parameters / 1e9, 1)
        36.6
        """
        return (self.block_weights + self.moe_layers * self.top_k * self.expert_weights
                + self.vocab * self.hidden)

    def cache_width(self, kind: str) -> float:
        """Return the elements cached per token and layer, before any division among chips."""
        if kind == "mla" and self.mla:
            return self.mla.kv_lora + self.mla.rope + self.index_dim
        return 0.0 if kind == "linear" else 2.0 * self.kv_heads * self.head_dim


@cache
def shape_of(name: str) -> ModelShape:
    """Return the shape of a model of the catalogue, by any of its names.

    Raises
    ------
    InputError : no such model. NoAnswer : its widths are not published.
    """
    return shape_from(catalogue().model(name))


def shape_from(model: LanguageModel) -> ModelShape:
    """Return the shape of a catalogue entry."""
    return read_shape(model.id, model.architecture)


_NEEDED = ("layers", "hidden_size", "attention_heads", "kv_heads", "head_dim", "vocab_size")


def read_shape(id: str, raw: Mapping[str, Any]) -> ModelShape:
    """Return the shape that an architecture's fields describe.

    Raises
    ------
    NoAnswer : a width is missing. InputError : a width is not a positive number, or contradicts another.
    """
    missing = [name for name in _NEEDED if raw.get(name) is None]
    if missing:
        raise NoAnswer(f"no shape of {id}", missing=", ".join(missing), would_change="every step time and size")
    for name in _NEEDED:
        if isinstance(raw[name], bool) or not isinstance(raw[name], (int, float)) or raw[name] <= 0:
            raise InputError("a width must be a positive number", where=f"{id}: {name}", got=raw[name])
    moe, mla, sparse = raw.get("moe") or {}, raw.get("mla"), raw.get("sparse_attention") or {}
    linear = raw.get("linear_attention")
    return ModelShape(
        id=id, layers=float(raw["layers"]), hidden=float(raw["hidden_size"]), heads=float(raw["attention_heads"]),
        kv_heads=float(raw["kv_heads"]), head_dim=float(raw["head_dim"]),
        ffn=float(raw.get("intermediate_size") or 0.0), matrices=3.0 if raw.get("gated_ffn", True) else 2.0,
        vocab=float(raw["vocab_size"]), tied=bool(raw.get("tied_embeddings")),
        max_context=float(raw.get("max_context") or UNBOUNDED), attention=_attention(raw),
        experts=float(moe.get("experts", 0)), top_k=float(moe.get("experts_per_token", 0)),
        shared=_shared(moe), expert_ffn=float(moe.get("expert_intermediate_size", 0)),
        dense_layers=float(moe.get("dense_layers", 0)), mla=_mla(mla) if mla else None,
        linear=_linear(linear) if linear else None, index_heads=float(sparse.get("index_heads", 0)),
        index_dim=float(sparse.get("index_head_dim", 0)), native_format=str(raw.get("native_weight_format", "bf16")))


def _shared(moe: Mapping[str, Any]) -> float:
    """Return the shared experts, counted in routed ones where they are of another width."""
    count, own = float(moe.get("shared_experts", 0)), moe.get("shared_expert_intermediate_size")
    return count * float(own) / float(moe["expert_intermediate_size"]) if own else count


def _attention(raw: Mapping[str, Any]) -> tuple[AttentionLayers, ...]:
    layers = float(raw["layers"])
    sparse, sliding, linear = raw.get("sparse_attention"), raw.get("sliding_window"), raw.get("linear_attention")
    if sparse and sparse.get("kind") == "compressed":
        raise NoAnswer(f"{raw.get('id', 'the model')} attends to compressed keys, which the model does not know yet",
                       missing="a form of compressed attention", would_change="every step time and size of its cache")
    if raw.get("mla"):
        return (AttentionLayers("mla", layers,
                                float(sparse["top_k"]) if sparse and sparse.get("top_k") else UNBOUNDED),)
    if linear:
        return (AttentionLayers("linear", float(linear["layers"])),
                AttentionLayers("gqa", layers - float(linear["layers"])))
    if sliding and sliding.get("window"):
        windowed = float(sliding.get("layers", layers))
        full = AttentionLayers("gqa", layers - windowed)
        return (AttentionLayers("gqa", windowed, float(sliding["window"])), *((full,) if full.layers else ()))
    return (AttentionLayers("gqa", layers),)


def _mla(raw: Mapping[str, Any]) -> Mla:
    return Mla(float(raw.get("q_lora_rank") or 0), float(raw["kv_lora_rank"]), float(raw["qk_nope_head_dim"]),
               float(raw["qk_rope_head_dim"]), float(raw["v_head_dim"]))


def _linear(raw: Mapping[str, Any]) -> Linear:
    return Linear(float(raw.get("key_heads") or raw.get("heads", 0)), float(raw.get("value_heads") or raw.get("heads",
                                                                                                              0)),
                  float(raw.get("key_head_dim") or raw.get("head_dim", 0)),
                  float(raw.get("value_head_dim") or raw.get("head_dim", 0)), float(raw.get("conv_kernel") or 4))
