"""Which movies of the library have changed at TMDB."""

from media.provider_changes.changes import ProviderChanges, changed_movies, mark_done

__all__ = ["ProviderChanges", "changed_movies", "mark_done"]
