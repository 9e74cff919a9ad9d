"""``python -m labeling_pipeline``: the command line, for shells that have no script folder on their path."""

from labeling_pipeline.cli import main

if __name__ == "__main__":
    main()
