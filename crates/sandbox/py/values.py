"""A tool's return value as JSON text, or a clear refusal."""

import datetime
import decimal
import json
import re

_DIGITS = re.compile(rb"\d{19}")


class NotJson(Exception):
    """A value that JSON has no word for; `cause` is named as the error's type."""

    def __init__(self, what, cause):
        super().__init__(f"Function returned a value that is not JSON: {what}")
        self.cause = cause


class TooLarge(Exception):
    pass


def encode(value):
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, default=_convert, separators=(",", ":"))
        encoded = text.encode()
    except NotJson:
        raise
    except UnicodeEncodeError:
        raise NotJson("text with half a character (a lone surrogate)", "UnicodeEncodeError") from None
    except RecursionError:
        raise NotJson("nested too deeply", "RecursionError") from None
    except ValueError as error:
        what = "a value that holds itself" if "ircular" in str(error) else "NaN or infinity (use None)"
        raise NotJson(what, "ValueError") from None
    except TypeError as error:
        raise NotJson(str(error), "TypeError") from None
    if _DIGITS.search(encoded) and not _integers_fit(json.loads(encoded)):
        raise NotJson("int of more than 64 bits (use str)", "ValueError")
    return encoded


def _integers_fit(value):
    if isinstance(value, dict):
        return all(map(_integers_fit, value.values()))
    if isinstance(value, list):
        return all(map(_integers_fit, value))
    return not isinstance(value, int) or -(1 << 63) <= value < 1 << 64


def _convert(value):
    """What the encoder has no form for. numpy and pandas are known by shape, so that neither is imported here."""
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, decimal.Decimal):
        if not value.is_finite():
            raise NotJson("NaN or infinity (use None)", "ValueError")
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        # pandas' "not a time" is a datetime that has no isoformat of its own.
        if value != value:
            raise NotJson(type(value).__name__, "ValueError")
        return value.isoformat()
    home = type(value).__module__.partition(".")[0]
    if home == "pandas":
        if hasattr(value, "to_dict") and hasattr(value, "columns"):
            return value.to_dict(orient="records")
        if hasattr(value, "to_list"):
            return value.to_list()
    if home == "numpy" and hasattr(value, "tolist") and value.dtype.kind in "biufUSOM":
        plain = value.tolist()
        if type(plain) is not type(value):
            return plain
    raise NotJson(type(value).__name__, "TypeError")
