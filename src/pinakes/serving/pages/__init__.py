"""The pages that people see: rendered here, made pleasant by small modules in the browser."""

from pinakes.serving.pages.refusals import add_missing_page
from pinakes.serving.pages.router import pages_router

__all__ = ["add_missing_page", "pages_router"]
