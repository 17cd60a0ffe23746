//! REFER and its endings.
