"""Invented names, places and streets, put together from parts so that none belongs to a real list."""

from itertools import product

SURNAME_STEMS = (
    "Ald", "Ambr", "Bell", "Bren", "Cald", "Corv", "Dask", "Dren", "Elv", "Fenn", "Gald", "Hask", "Ister", "Jorv",
    "Kand", "Kest", "Lour", "Mard", "Nev", "Orl", "Pask", "Quor", "Rask", "Sard", "Tolm", "Ulv", "Vand", "Westr",
    "Yar", "Zand", "Ørst", "Červ", "Štal", "Łomn", "Ångst", "Müld", "Žel", "Göll",
)  # fmt: skip
SURNAME_ENDINGS = ("ane", "ovar", "wick", "isen", "aldi", "era", "ström", "mont", "eby", "ović", "ainen", "orro")
GIVEN_STEMS = (
    "Al", "Ar", "Bel", "Cal", "Cor", "Dar", "El", "Far", "Gal", "Hel", "Il", "Jor", "Kar", "Lor", "Mar", "Nor",
    "Or", "Per", "Ros", "Sal", "Tor", "Ul", "Ver", "Yl", "Zor", "Zoë", "Jür", "Bjør", "Æl",
)  # fmt: skip
GIVEN_ENDINGS = {
    "F": ("ina", "essa", "ielle", "ora", "anne", "ía"),
    "M": ("in", "ander", "ic", "old", "emund", "án"),
    "X": ("is", "en", "ley", "ami"),
}
STREET_STEMS = (
    "Alder",
    "Beacon",
    "Chandler",
    "Dovecote",
    "Ember",
    "Foundry",
    "Granary",
    "Harbour",
    "Lantern",
    "Orchard",
)
STREET_KINDS = ("Street", "Lane", "Row", "Walk", "Quay", "Square")
TOWN_STEMS = ("Amber", "Brine", "Carrow", "Dunmar", "Estel", "Farrin", "Glass", "Hollow", "Kelder", "Marren")
TOWN_ENDINGS = ("ford", "holm", "gate", "mere", "stead", "haven")

SURNAMES = tuple(stem + ending for stem, ending in product(SURNAME_STEMS, SURNAME_ENDINGS))
GIVEN_NAMES = {sex: tuple(a + b for a, b in product(GIVEN_STEMS, ends)) for sex, ends in GIVEN_ENDINGS.items()}
STREETS = tuple(f"{stem} {kind}" for stem, kind in product(STREET_STEMS, STREET_KINDS))
TOWNS = tuple(stem + ending for stem, ending in product(TOWN_STEMS, TOWN_ENDINGS))
LONG_SURNAMES = ("Vanderhovenstraat-Kestrelwood", "Montecalvorro y Alburquessa", "Schwarzenquellinger-Ortholomé")
