"""A site for crawls that are killed: every kind of signpost, redirects, files, and an article that is gone."""

import json
from dataclasses import dataclass

from congthuong.demo.cms import Department, Response
from test_bad_pages import GOOD

ARTICLES = 13  # one of them under an old address only, one under two
ON_A_PAGE = 3
LISTED = [*(f"tin-{number}" for number in (1, 2, 3, 4)), "cu-4", "cu-10", "mat", *(f"tin-{number}" for number in (5, 6, 7, 8, 9))]
MOVED = {"/bai/cu-4": "/bai/tin-4", "/bai/cu-10": "/bai/tin-10", "/tep/van-ban-8.pdf": "/tep/kho/van-ban-8.pdf"}
FILES = {"/bai/tin-5": "/tep/ke-hoach-5.pdf", "/bai/tin-8": "/tep/van-ban-8.pdf"}
SITEMAP = "<urlset><url><loc>{origin}/bai/tin-1</loc><lastmod>2024-03-12</lastmod></url><url><loc>{origin}/bai/tin-11</loc></url></urlset>"
FEED = "<item><title>Phiên chợ {n}</title><link>{origin}/bai/tin-{n}</link></item>"
XML = "text/xml; charset=utf-8"
DISCOVERY = """
rest = ["wp-json/wp/v2/posts"]
sitemaps = ["sitemap.xml"]
feeds = ["feed/"]
next = ["b.sau"]
"""


@dataclass
class Many(Department):
    """All signposts there are, a listing of four pages, redirects, two files, and an article that was removed."""

    def respond(self, path: str, query: dict[str, str]) -> Response:
        if path in MOVED:
            return Response(301, headers={"Location": MOVED[path]})
        if path.startswith("/bai/tin-"):
            return Response(body=_article(path).encode())
        if path.startswith("/tep/"):
            return Response(body=f"%PDF-1.4 {path}".encode(), content_type="application/pdf")
        if path == "/danh-sach/":
            return Response(body=_listing(int(query.get("trang", "1"))).encode())
        return self._signposts.get(path, Response(404, b"not here"))

    @property
    def _signposts(self) -> dict[str, Response]:
        posts = [{"link": f"{self.origin}/bai/tin-{number}", "modified_gmt": "2024-03-12T08:00:00"} for number in (13, 3)]
        totals = {"X-WP-Total": "2", "X-WP-TotalPages": "1"}
        index = f"<sitemapindex><sitemap><loc>{self.origin}/sitemap-1.xml</loc></sitemap></sitemapindex>"
        items = "".join(FEED.format(origin=self.origin, n=number) for number in (12, 2))
        return {
            "/": Response(body="<html><body><h1>Trang thông tin mẫu</h1></body></html>".encode()),
            "/wp-json/wp/v2/posts": Response(body=json.dumps(posts).encode(), content_type="application/json", headers=totals),
            "/sitemap.xml": Response(body=index.encode(), content_type=XML),
            "/sitemap-1.xml": Response(body=SITEMAP.format(origin=self.origin).encode(), content_type=XML),
            "/feed/": Response(body=f'<rss version="2.0"><channel><title>Tin</title>{items}</channel></rss>'.encode(), content_type=XML),
        }


def _listing(page: int) -> str:
    links = "".join(f'<a href="/bai/{name}">{name}</a>' for name in LISTED[(page - 1) * ON_A_PAGE : page * ON_A_PAGE])
    following = f'<b class="sau"><a href="/danh-sach/?trang={page + 1}">sau</a></b>' if page * ON_A_PAGE < len(LISTED) else ""
    return f"<html><body>{links}{following}</body></html>"


def _article(path: str) -> str:
    more = "<p>Sở Công Thương tỉnh Bắc Kạn tham gia Cụm thi đua số III do Bộ Công Thương tổ chức.</p>"
    if path in FILES:
        more += f'<p><a href="{FILES[path]}">Văn bản kèm theo</a></p>'
    return GOOD.replace("Phiên chợ", f"Phiên chợ {path.rpartition('-')[2]}").replace("</div>", f"{more}</div>")
