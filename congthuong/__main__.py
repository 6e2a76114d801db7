"""`python -m congthuong`."""

from congthuong.cli import main

if __name__ == "__main__":
    main()
