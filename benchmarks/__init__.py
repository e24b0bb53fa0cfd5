"""Every published number is printed by a module of this package."""
