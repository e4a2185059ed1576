"""Django's admin as a window: it shows publishers, feeds and accounts, and writes nothing."""

from typing import Any

import allauth.account.admin
import django.contrib.auth.admin
import knox.admin
from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from claims.models import Feed, Publisher, PublisherSite, User

# What other apps offer here (tokens, groups, addresses) would be changed behind the operations' back, so it
# is taken out; importing them first makes sure that they do not come in again when the admin looks for them.
OTHERS = (allauth.account.admin, django.contrib.auth.admin, knox.admin)
for model in [*admin.site._registry]:
    admin.site.unregister(model)

# One log-in for all, with its limits and second factors.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it
admin.site.site_header = admin.site.site_title = "Behind the desk (read only)"


class ReadOnly:
    """Nothing can be added, changed or deleted; whoever reaches the admin may look."""

    def has_add_permission(self, *_: Any) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, *_: Any) -> bool:
        """Return False."""
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        """Return False."""
        return False


class SiteInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # generic only in the stubs
    """Where the publisher's pages lie."""

    model = PublisherSite
    extra = 0


@admin.register(Publisher)
class PublisherAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Who puts articles out."""

    list_display = ("name", "kind", "owner", "updated_at")
    list_filter = ("kind",)
    search_fields = ("name", "owner", "sites__prefix")
    inlines = (SiteInline,)


@admin.register(Feed)
class FeedAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Addresses that bring in articles, with what last went wrong."""

    list_display = ("title", "url", "publisher", "last_read_at", "due_at", "failures", "state_reason")
    list_select_related = ("publisher",)
    search_fields = ("title", "url", "publisher__name")


@admin.register(User)
class UserAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Accounts and their roles, without the digests of their passwords."""

    list_display = ("username", "role", "is_active", "last_login", "date_joined")
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name", "last_name")
    fields = (
        "username",
        "first_name",
        "last_name",
        "email",
        "role",
        "is_active",
        "last_login",
        "date_joined",
    )
