"""What a program on kombu may rely on, whichever broker is behind it."""
