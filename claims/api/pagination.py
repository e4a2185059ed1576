"""Pages of a list by cursor, newest first unless a view says otherwise."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """``?cursor=`` and ``?page_size=`` (at most 200)."""

    ordering = ("-updated_at", "id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
