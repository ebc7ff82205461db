"""What people set while the program runs."""

from sqlalchemy.orm import Mapped, mapped_column

from media.library.models.base import Base


class Setting(Base):
    """A row of the phase configuration: `phase.<phase>.<key>`, its value as JSON."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
