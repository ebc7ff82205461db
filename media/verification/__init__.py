"""Look whether what was published is still there, and still as it was written."""

from media.verification.summary import VerificationSummary
from media.verification.verify import verify_published

__all__ = ["VerificationSummary", "verify_published"]
