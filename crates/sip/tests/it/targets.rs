//! Bridges: the engine calls the target itself.
