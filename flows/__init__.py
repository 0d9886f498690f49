"""When work is done and in what order; Prefect decides when, retries and shows.

A file here must not share its name with a library: a path entrypoint puts this folder first on
the import path.
"""
