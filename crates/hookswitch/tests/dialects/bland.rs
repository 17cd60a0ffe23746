//! Bland's clients and wire format against the real server.
