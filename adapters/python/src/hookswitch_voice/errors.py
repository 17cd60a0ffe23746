"""What can go wrong between a runtime and its session."""


class HookswitchError(Exception):
    """Anything this package raises."""


class Unavailable(HookswitchError):
    """The session could not be joined: no such session, a wrong key, no server."""


class SessionLost(HookswitchError):
    """The connection broke and did not come back in time. What was sent may have happened."""


class SessionEnded(HookswitchError):
    """The session has ended, or a newer runtime has taken its place."""


class Backlogged(HookswitchError):
    """Too much waits for a connection that is down; nothing more is taken."""
