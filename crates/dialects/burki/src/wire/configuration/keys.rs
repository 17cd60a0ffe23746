//! The keys of a configuration and their other spellings.

use hookswitch_model::draft::Kind;

type Key = (&'static str, &'static [&'static str]);

const ENDPOINT: &[Key] = &[
    ("url", &["endpoint_url"]),
    ("method", &[]),
    ("headers", &[]),
    ("request_template", &["body_template", "bodyTemplate", "request_body_template"]),
    ("response_mapping", &[]),
    ("timeout_seconds", &["timeout"]),
    ("follow_redirects", &[]),
    ("verify_ssl", &[]),
    ("send_unused_arguments", &[]),
];

const PYTHON: &[Key] = &[
    ("python_code", &["code"]),
    ("timeout_seconds", &["timeout"]),
    ("max_memory_mb", &[]),
    ("allowed_modules", &["allowed_imports"]),
    ("requirements", &[]),
];

const LAMBDA: &[Key] = &[
    ("function_name", &["function_arn"]),
    ("aws_region", &["region"]),
    ("invocation_type", &[]),
    ("environment_variables", &[]),
    ("payload_template", &[]),
    ("event_shape", &[]),
    ("access_key", &[]),
    ("secret_key", &[]),
    ("session_token", &[]),
    ("timeout_seconds", &["timeout"]),
];

/// The canonical spelling of a key; none for keys that mean nothing.
pub fn canonical(kind: Kind, spelled: &str) -> Option<&'static str> {
    let keys = match kind {
        Kind::Webhook => ENDPOINT,
        Kind::Python => PYTHON,
        Kind::Lambda => LAMBDA,
        _ => return None,
    };
    let found = keys.iter().find(|(key, others)| *key == spelled || others.contains(&spelled));
    found.map(|(key, _)| *key)
}
