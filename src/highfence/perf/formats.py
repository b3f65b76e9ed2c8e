"""Number formats of weights, activations and cache: their bytes, and the arithmetic that multiplies them."""

from __future__ import annotations

from dataclasses import dataclass

from highfence.core.errors import InputError, did_you_mean


@dataclass(frozen=True, slots=True)
class Format:
    """How weights are stored and multiplied.

    Attributes
    ----------
    weight, activation : bytes per element, scales included.
    arithmetic : ``16``, ``fp8``, ``fp4``, ``int8`` or ``fp32``: which peak of the data sheet multiplies them.
    curve : name of the family of kernels in the calibration.
    weight_only : format to which a chip without the arithmetic may fall back: small weights, 16-bit arithmetic.
    """

    name: str
    weight: float
    activation: float
    arithmetic: str
    curve: str
    weight_only: str | None = None

    @property
    def expert_curve(self) -> str:
        """Name of the family of its grouped products; at 8 bits only those with block scales were measured."""
        return "fp8_block" if self.curve == "fp8" else self.curve


FORMATS: dict[str, Format] = {f.name: f for f in (
    Format("bf16", 2.0, 2.0, "16", "bf16"),
    Format("fp32", 4.0, 4.0, "fp32", "bf16"),
    Format("fp8", 1.0, 1.0, "fp8", "fp8", "w8a16"),
    Format("fp8_block", 1.0 + 4.0 / 128**2, 1.0 + 4.0 / 128, "fp8", "fp8_block", "w8a16"),
    Format("int8", 1.0, 1.0, "int8", "fp8", "w8a16"),
    Format("nvfp4", 0.5 + 1.0 / 16, 0.5 + 1.0 / 16, "fp4", "nvfp4", "w4a16"),
    Format("w8a16", 1.0, 2.0, "16", "w4"),
    Format("w4a16", 0.5 + 1.0 / 32, 2.0, "16", "w4"),
)}
"""Block scales are counted: NVFP4 carries one byte for 16 elements, MXFP4 one for 32, FP8 blocks four for 128 x 128."""

ALIASES = {
    "fp16": "bf16", "float16": "bf16", "bfloat16": "bf16", "half": "bf16", "fp4": "nvfp4", "mxfp4": "nvfp4",
    "int4": "w4a16", "int4_wo": "w4a16", "int8_wo": "w8a16", "w4a16_mxfp4": "w4a16", "w8a8": "int8", "int8_sq": "int8",
    "fp8_e4m3": "fp8", "fp8-block": "fp8_block", "fp8_static": "fp8", "awq": "w4a16", "gptq": "w4a16",
}

CACHE_BYTES = {"bf16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5625}
"""Bytes of a cached element by format."""

PEAKS = {"16": ("peak_bf16", "peak_fp16"), "fp8": ("peak_fp8",), "fp4": ("peak_fp4",), "int8": ("peak_int8",),
         "fp32": ("peak_fp32",)}
"""Attributes of a data sheet that give the dense peak of an arithmetic; the first that is published counts."""

FEED_SCALE = {"16": "", "fp32": "", "fp8": "fp8", "int8": "fp8", "fp4": "fp4"}
"""Which factor of the calibration's ``feed`` curve an arithmetic takes; none for 16 bits."""


AS_RELEASED = {"fp8": ("fp8", "fp8_block", "w8a16"), "mxfp4": ("nvfp4", "w4a16"), "int4": ("w4a16",)}
"""Formats that hold weights as they were released, by the format of the release; 16 bits where none is named."""


def format_of(name: str, where: str = "--precision") -> Format:
    """Return a format by any of its names.

    >>> format_of("int4").name, format_of("fp16").weight
    ('w4a16', 2.0)

    Raises
    ------
    InputError : no such format.
    """
    key = str(name).strip().casefold()
    found = FORMATS.get(ALIASES.get(key, key))
    if found is None:
        known = [*FORMATS, *ALIASES]
        raise InputError("no such number format", where=where, got=name, expected=", ".join(FORMATS),
                         hint=did_you_mean(key, known), example="fp8", code="unknown-format")
    return found


def cache_bytes(name: str, where: str = "--kv") -> float:
    """Return the bytes of a cached element.

    >>> cache_bytes("fp8")
    1.0
    """
    key = {"fp16": "bf16", "bfloat16": "bf16", "auto": "bf16"}.get(str(name).casefold(), str(name).casefold())
    if key not in CACHE_BYTES:
        raise InputError("no such format of the cache", where=where, got=name, expected=", ".join(CACHE_BYTES),
                         hint=did_you_mean(key, CACHE_BYTES), code="unknown-format")
    return CACHE_BYTES[key]
