//! The Python side, compiled into the binary and written into each box.

/// What the interpreter is started with.
pub(crate) const MAIN: &str = include_str!("../py/main.py");

/// The package `_hookswitch`: file name and source.
pub(crate) const FILES: [(&str, &str); 10] = [
    ("__init__.py", include_str!("../py/__init__.py")),
    ("call.py", include_str!("../py/call.py")),
    ("confine.py", include_str!("../py/confine.py")),
    ("entry.py", include_str!("../py/entry.py")),
    ("fence.py", include_str!("../py/fence.py")),
    ("kernel.py", include_str!("../py/kernel.py")),
    ("report.py", include_str!("../py/report.py")),
    ("touch.py", include_str!("../py/touch.py")),
    ("values.py", include_str!("../py/values.py")),
    ("zygote.py", include_str!("../py/zygote.py")),
];
