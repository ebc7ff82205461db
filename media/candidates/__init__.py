"""What the providers offer for a movie: artwork and trailers, recorded and not yet chosen."""

from media.candidates.service import CandidatesSummary, fetch_candidates

__all__ = ["CandidatesSummary", "fetch_candidates"]
