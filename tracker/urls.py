"""Which addresses the site answers."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    # Browsers ask for it beside whatever is no page of ours, a feed say.
    path("favicon.ico", lambda request: RedirectView.as_view(url=static("img/favicon.svg"))(request)),
    path("", include("claims.urls")),
]
handler500 = "claims.views.refused.server_error"
