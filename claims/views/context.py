"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, str]:
    """Return the product's name and public address (a context processor)."""
    return {"product_name": settings.PRODUCT_NAME, "public_url": settings.PUBLIC_URL}
