"""Find out all about a movie: from TMDB, or from its NFO and file."""

from media.enrichment.enrichment import Enrichment
from media.enrichment.summary import EnrichmentSummary

__all__ = ["Enrichment", "EnrichmentSummary"]
