"""Write the table that folds traditional characters into simplified ones, one to one, from OpenCC.

    python bench/folding_table.py > src/highfence/claims/mentions/data/folding.yaml

Needs ``opencc`` (Apache-2.0), which highfence itself does without.
"""

from __future__ import annotations

HEAD = ("# Traditional characters and the simplified one that each becomes, in the same order: the characters of\n"
        "# OpenCC's dictionary (t2s, version {version}, Apache-2.0, https://github.com/BYVoid/OpenCC).\n"
        "# Written by bench/folding_table.py.\n")
BLOCKS = (range(0x3400, 0xA000), range(0xF900, 0xFB00))
WIDTH = 100


def main() -> None:
    """Print the table as YAML."""
    from importlib.metadata import version

    import opencc

    convert = opencc.OpenCC("t2s").convert
    pairs = [(chr(code), convert(chr(code))) for block in BLOCKS for code in block]
    pairs = [(old, new) for old, new in pairs if old != new and len(new) == 1 and ord(new) <= 0xFFFF]
    print(HEAD.format(version=version("opencc")), end="")
    for name, side in (("traditional", 0), ("simplified", 1)):
        text = "".join(pair[side] for pair in pairs)
        print(f"{name}:")
        for start in range(0, len(text), WIDTH):
            print(f"  - {text[start:start + WIDTH]}")


if __name__ == "__main__":
    main()
