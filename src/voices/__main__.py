"""``python -m voices`` is the command ``voices``."""

from voices.cli import main

if __name__ == "__main__":
    main()
