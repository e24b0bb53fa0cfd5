"""The pages that people see: rendered here, made pleasant by small modules in the browser."""

from pinakes.serving.pages.router import pages_router

__all__ = ["pages_router"]
