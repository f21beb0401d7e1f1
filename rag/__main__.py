"""`python -m rag` is the command `wenbao`."""

from rag.cli import main

if __name__ == "__main__":
    main()
