"""Looks at a site with a handful of requests: what it runs on, how its articles are found, whether its file still fits."""
