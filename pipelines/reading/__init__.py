"""What reading one page is made of, from its bytes to the fields of an article. Called by `pipelines.read`; knows no site but by its layout."""
