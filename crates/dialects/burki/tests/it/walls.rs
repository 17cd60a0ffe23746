//! `wire/` is pure: no web framework, no runtime, no store.

use std::path::Path;

const FORBIDDEN: [&str; 7] =
    ["axum", "tokio", "hookswitch_store", "hookswitch_vault", "hookswitch_egress", "std::fs", "std::net"];

fn check(directory: &Path, seen: &mut usize) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check(&path, seen);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        *seen += 1;
        for (number, line) in source.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            for word in FORBIDDEN {
                let is_named = code
                    .match_indices(word)
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
                assert!(!is_named, "{}:{}: {word} in wire/", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn wire_stays_pure() {
    let mut seen = 0;
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire"), &mut seen);
    assert!(seen > 30, "{seen} files");
}
