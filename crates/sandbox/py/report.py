"""What went wrong, twice: one line that may be shown to a model, a traceback for the tool's author."""

import traceback

LONGEST_MESSAGE = 2000
LONGEST_TRACEBACK = 16000


class NoEntry(Exception):
    """The source has nothing to call."""


def filename(name):
    """How tracebacks name the tool's source: never a path."""
    return "<" + "".join(c if c.isprintable() and c not in "<>" else "_" for c in name)[:64] + ">"


def failure(error, name, loading=False):
    from _hookswitch import values

    kind = "raised"
    called = type(error).__name__
    if isinstance(error, values.NotJson):
        kind, called = "not_json", error.cause
    elif isinstance(error, values.TooLarge):
        kind = "too_large"
    elif isinstance(error, NoEntry):
        kind = "no_entry"
    elif isinstance(error, MemoryError):
        kind = "memory"
    frames, line = _own_frames(error, filename(name))
    try:
        text = _clean(error.msg if isinstance(error, SyntaxError) and error.msg else str(error))
    except BaseException as second:
        text = f"(no message: {type(second).__name__})"
    return {
        "kind": kind,
        "type": _clean(called)[:200],
        "message": text[:LONGEST_MESSAGE],
        "traceback": frames[-LONGEST_TRACEBACK:] if kind in ("raised", "memory") else "",
        "line": line,
        "loading": loading,
    }


def _clean(text):
    """UTF-8 can't carry half a character, and a message may hold one."""
    return str(text).encode("utf-8", "backslashreplace").decode()


def _own_frames(error, own):
    """The traceback from the tool's first line on, and the last line of the tool in it."""
    try:
        place = error.__traceback__
        while place is not None and place.tb_frame.f_code.co_filename != own:
            place = place.tb_next
        line, step = None, place
        while step is not None:
            if step.tb_frame.f_code.co_filename == own:
                line = step.tb_lineno
            step = step.tb_next
        if isinstance(error, SyntaxError) and error.filename == own:
            line = error.lineno
        if place is None and not isinstance(error, SyntaxError):
            return "", line
        lines = traceback.format_exception(type(error), error, place, limit=-20, chain=False)
        return _clean("".join(lines)), line
    except BaseException as second:
        return f"(no traceback: {type(second).__name__})", None
