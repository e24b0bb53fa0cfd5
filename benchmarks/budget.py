"""A budget that a figure is held against, in words."""


def verdict(what: str, figure: float, budget: float, unit: str = "", *, most: bool = True) -> str:
    """Return a line that says whether a figure meets its budget.

    Args:
        most: the budget is an upper bound; otherwise a lower one.
    """
    met = figure <= budget if most else figure >= budget
    sign = "<=" if most else ">="
    return f"{'met   ' if met else 'MISSED'}  {what}: {figure:.4g}{unit} (budget {sign} {budget:g}{unit})"
