"""``python -m highfence.cli``."""

from highfence.cli import main

if __name__ == "__main__":
    main()
