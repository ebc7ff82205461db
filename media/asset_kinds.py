"""The kinds of artwork, by the names that Kodi has for them."""

TRAILER = "trailer"
# A picture of an actor, beside the movie in `.actors/`.
ACTOR = "actor"
ACTORS_DIRECTORY = ".actors"

ASSET_KINDS = (
    "poster",
    "fanart",
    "clearlogo",
    "clearart",
    "discart",
    "landscape",
    "banner",
    "keyart",
    "characterart",
    TRAILER,
)
"""What is offered for a movie and chosen for it, trailers too; the most important first."""
