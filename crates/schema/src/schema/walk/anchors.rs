//! What references of a schema can point at.

use std::collections::HashMap;

use serde_json::Value;

use crate::SchemaFinding;

/// The schema itself and its named places.
pub(super) struct Targets<'s> {
    root: &'s Value,
    anchors: HashMap<&'s str, &'s Value>,
}

impl<'s> Targets<'s> {
    /// Refuses an inner `$id`: references would then be relative to it.
    pub(super) fn collect(root: &'s Value) -> Result<Self, SchemaFinding> {
        let mut targets = Self { root, anchors: HashMap::new() };
        let mut open = vec![root];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => {
                    if !std::ptr::eq(value, root) && members.get("$id").is_some_and(Value::is_string) {
                        return Err(SchemaFinding::new("$", "only the root of a schema may have an $id"));
                    }
                    for keyword in ["$anchor", "$dynamicAnchor"] {
                        if let Some(Value::String(name)) = members.get(keyword) {
                            targets.anchors.insert(name, value);
                        }
                    }
                    open.extend(members.values());
                }
                _ => {}
            }
        }
        Ok(targets)
    }

    /// The schema that a reference beginning with `#` means.
    pub(super) fn find(&self, reference: &str) -> Option<&'s Value> {
        let fragment = percent_decode(reference.strip_prefix('#')?)?;
        if fragment.is_empty() || fragment.starts_with('/') {
            // `pointer` resolves `~0` and `~1` itself (RFC 6901).
            return self.root.pointer(&fragment);
        }
        self.anchors.get(fragment.as_str()).copied()
    }
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
