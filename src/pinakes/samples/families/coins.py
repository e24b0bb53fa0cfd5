"""Coins: their facts and their words. Rulers, cities and states are invented."""

from dataclasses import dataclass

import numpy as np

from pinakes.samples.families.words import Words, a, joined, pick, sentence, some


@dataclass(frozen=True, slots=True)
class Period:
    """What the coins of one period have in common.

    Attributes:
        denominations: each with its metals.
        portraits: the heads of its obverses.
        emblems: of its reverses, and of obverses without a head, at least two.
        legends: what is written around.
        years: first and last, negative before the common era.
    """

    denominations: dict[str, tuple[str, ...]]
    portraits: tuple[str, ...]
    emblems: tuple[str, ...]
    legends: tuple[str, ...]
    years: tuple[int, int]


PERIODS = {
    "Roman": Period(
        {"denarius": ("silver",), "aureus": ("gold",), "sestertius": ("bronze",), "as": ("copper",)},
        ("laureate head", "bearded head", "crowned head", "laureate head"),
        ("temple", "eagle", "wreath", "ship", "anchor"),
        (
            "IMP CAELIVS PIVS AVG",
            "VARRO AVGVSTVS COS III",
            "IMP SEVERINVS AVG",
            "MARCELLA AVGVSTA",
            "AVRELIANVS CAES PONT MAX",
        ),
        (12, 290),
    ),
    "Greek": Period(
        {
            "drachm": ("silver",),
            "tetradrachm": ("silver",),
            "stater": ("gold",),
            "chalkous": ("bronze", "copper"),
        },
        ("helmeted head", "diademed head", "bearded head"),
        ("owl", "dolphin", "lyre", "amphora", "wheat", "star"),
        ("BASILEOS NIKARCHOU", "ARKADION DEMOS", "KALLISTION", "BASILEOS THEODOTOU", "PELAGIA POLIS"),
        (-480, -40),
    ),
    "Byzantine": Period(
        {
            "solidus": ("gold",),
            "hexagram": ("silver",),
            "follis": ("copper", "bronze"),
            "tremissis": ("gold",),
        },
        ("facing bust", "crowned head", "facing bust"),
        ("cross", "star", "wreath"),
        ("DN LEONTIVS PERP AVG", "CONSTANTIA AVGOVSTA", "DN THEOPHANES PP AV", "VICTORIA AVGVSTORVM"),
        (500, 1180),
    ),
    "modern": Period(
        {"crown": ("silver",), "florin": ("silver",), "penny": ("copper", "bronze"), "ducat": ("gold",)},
        ("crowned head", "diademed head", "laureate head"),
        ("tree", "sun", "ship", "wheat", "anchor", "eagle", "star"),
        ("REPUBLIC OF MERIDIA", "REGNUM AURELIA", "FREE CITY OF HALDEN", "UNION OF ISLES"),
        (1820, 1995),
    ),
}
EMBLEM_WORDS = {
    "temple": ("a temple with six columns", "a columned temple"),
    "ship": ("a sailing ship", "a ship under sail"),
    "star": ("a star", "an eight-rayed star"),
    "cross": ("a cross on steps", "a stepped cross"),
    "wreath": ("a wreath", "a star within a wreath"),
    "anchor": ("an anchor", "a ship's anchor"),
    "lyre": ("a lyre", "a stringed lyre"),
    "wheat": ("ears of wheat", "three ears of wheat"),
    "amphora": ("an amphora", "a two-handled amphora"),
    "owl": ("an owl", "a standing owl"),
    "tree": ("a tree", "a broad tree"),
    "sun": ("a sun with a face", "a radiant sun"),
    "dolphin": ("a dolphin", "a leaping dolphin"),
    "eagle": ("an eagle", "an eagle with spread wings"),
}
PORTRAIT_WORDS = {
    "laureate head": ("a laureate head", "a head with a laurel wreath"),
    "bearded head": ("a bearded head", "the head of a bearded man"),
    "crowned head": ("a crowned head", "a ruler wearing a crown"),
    "helmeted head": ("a helmeted head", "a head in a crested helmet"),
    "diademed head": ("a diademed head", "a head with a diadem"),
    "facing bust": ("a facing bust with a halo", "a ruler shown from the front"),
}
NOTES = (
    "well centred",
    "light wear on the high points",
    "a pleasing tone",
    "struck a little off centre",
    "from an old collection",
    "sharp detail for the type",
)


@dataclass(frozen=True, slots=True)
class Coin:
    """The facts of a coin; every field is an attribute of the item.

    Attributes:
        period: Roman, Greek, Byzantine or modern.
        denomination: its name.
        metal: gold, silver, bronze or copper.
        portrait: the head on the obverse, or None.
        emblems: what the reverse shows, sorted; without a portrait two, the first on the obverse.
        legend: what is written on the obverse.
        year: of minting, negative before the common era.
    """

    period: str
    denomination: str
    metal: str
    portrait: str | None
    emblems: tuple[str, ...]
    legend: str
    year: int


def invent_coin(rng: np.random.Generator) -> Coin:
    """Draw the facts of a coin."""
    name = pick(rng, tuple(PERIODS))
    period = PERIODS[name]
    denomination = pick(rng, tuple(period.denominations))
    metal = pick(rng, period.denominations[denomination])
    portrait = pick(rng, period.portraits) if rng.random() < 0.82 else None
    year = int(rng.integers(period.years[0], period.years[1] + 1))
    emblems = tuple(sorted(some(rng, period.emblems, 1 if portrait else 2)))
    return Coin(name, denomination, metal, portrait, emblems, pick(rng, period.legends), year)


def describe_coin(coin: Coin, rng: np.random.Generator) -> Words:
    """Write the words for a coin."""
    metal = coin.metal if rng.random() < 0.85 else ""
    emblem = pick(rng, EMBLEM_WORDS[coin.emblems[-1]])
    portrait = pick(rng, PORTRAIT_WORDS[coin.portrait] if coin.portrait else EMBLEM_WORDS[coin.emblems[0]])
    when = (
        f"{-coin.year} BC" if coin.year < 0 else (f"AD {coin.year}" if coin.year < 1500 else str(coin.year))
    )
    title = pick(
        rng,
        (
            sentence(joined(coin.period, metal, coin.denomination))[:-1],
            sentence(joined(metal, coin.denomination, "with", emblem))[:-1],
            sentence(joined(coin.period, coin.denomination) + f", {when}")[:-1],
            sentence(joined(metal, coin.denomination) + f", {coin.legend}")[:-1],
        ),
    )
    opening = pick(
        rng,
        (
            f"{a(joined(metal, coin.denomination))} of the {coin.period} period with {portrait} "
            f"on the front and {emblem} on the back",
            f"obverse: {portrait}; reverse: {emblem}",
            f"{joined(coin.period, metal, coin.denomination)} showing {portrait}; {emblem} on the reverse",
            f"{a(joined(coin.period, metal, 'coin'))} with {portrait}",
        ),
    )
    more = [f"legend {coin.legend}", f"struck about {when}", pick(rng, NOTES)]
    chosen = some(rng, more, int(rng.integers(1, 3)))
    return Words(title, " ".join(sentence(s) for s in (opening, *chosen)))
