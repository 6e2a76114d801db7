"""Checks that what the archive keeps is whole: WARC files, their index, the databases. `pipelines.verify` adds what needs reading again."""
