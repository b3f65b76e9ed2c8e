"""``python -m highfence``."""

from highfence.cli import main

if __name__ == "__main__":
    main()
