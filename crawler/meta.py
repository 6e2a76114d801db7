"""What travels with a request in `Request.meta`: the keys, each with what it holds."""

LEASE = "lease"  # the frontier's Row
KIND = "kind"  # why it is fetched
CAPTURE = "capture"  # what was kept of its answer
WALK = "walk"  # of a listing's page: the Walk so far
HEAD = "head"  # of a further page of an article: the id of the capture of its first page
VIA = "via"  # the address of the page that led here
