//! Where packages come from: the operator's setting, else what uv's variables, pip's variables or pip's files say on
//! this machine, else the public index.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

/// Passed on as they are: how to get out of this machine, and whom to trust on the way.
const PASSED: [&str; 12] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "UV_INSECURE_HOST",
    "UV_HTTP_TIMEOUT",
];

/// Indexes and the way to them. Its `Debug` shows no credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PackageIndex {
    default: Option<String>,
    extra: Vec<String>,
    passed: BTreeMap<String, String>,
}

impl PackageIndex {
    /// Reads an environment; `setting` is the operator's own word and goes first.
    pub fn from_environment(setting: Option<&str>, environment: &[(String, String)]) -> Self {
        let get = |name: &str| {
            let found = environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
            found.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let files = pip_files(&get);
        let pip = |key: &str| {
            let read = |path: &PathBuf| std::fs::read_to_string(path).ok();
            files.iter().filter_map(read).find_map(|text| pip_setting(&text, key))
        };
        let default = setting.map(str::to_owned);
        let default = default.or_else(|| get("UV_DEFAULT_INDEX")).or_else(|| get("UV_INDEX_URL"));
        let default = default.or_else(|| get("PIP_INDEX_URL")).or_else(|| pip("index-url"));
        let mut extra = Vec::new();
        if setting.is_none() {
            let uv = get("UV_INDEX").or_else(|| get("UV_EXTRA_INDEX_URL"));
            let named = uv.or_else(|| get("PIP_EXTRA_INDEX_URL")).or_else(|| pip("extra-index-url"));
            extra = named.iter().flat_map(|list| list.split_whitespace()).map(unnamed).collect();
        }
        let mut passed: BTreeMap<String, String> =
            PASSED.iter().filter_map(|&name| Some((name.to_owned(), get(name)?))).collect();
        if let Some(file) = get("PIP_CERT").or_else(|| pip("cert")) {
            passed.entry("SSL_CERT_FILE".to_owned()).or_insert(file);
        }
        if let Some(host) = get("PIP_TRUSTED_HOST").or_else(|| pip("trusted-host")) {
            passed.entry("UV_INSECURE_HOST".to_owned()).or_insert(host);
        }
        Self { default: default.map(|url| unnamed(&url)), extra, passed }
    }

    /// Whether it is the public index and no other. Only there files tell when they were published.
    pub fn is_public(&self) -> bool {
        self.default.is_none() && self.extra.is_empty()
    }

    /// What uv finds in its environment.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, String)> {
        let default = self.default.iter().map(|url| ("UV_DEFAULT_INDEX", url.clone()));
        let extra = (!self.extra.is_empty()).then(|| ("UV_INDEX", self.extra.join(" ")));
        let passed = self.passed.iter().map(|(name, value)| (name.as_str(), value.clone()));
        default.chain(extra).chain(passed)
    }

    /// The indexes for people, without credentials.
    pub fn shown(&self) -> String {
        let shown = |url: &String| match Url::parse(url) {
            Ok(mut url) => {
                let _ = url.set_username("");
                let _ = url.set_password(None);
                url.to_string()
            }
            Err(_) => "an address that can't be read".to_owned(),
        };
        let default = self.default.as_ref().map_or_else(|| "the public index".to_owned(), shown);
        let extra = self.extra.iter().map(|url| format!(", {}", shown(url)));
        std::iter::once(default).chain(extra).collect()
    }
}

impl fmt::Debug for PackageIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PackageIndex({})", self.shown())
    }
}

/// uv lets an index have a name: `corp=https://…`.
fn unnamed(entry: &str) -> String {
    match entry.split_once('=') {
        Some((name, url)) if !name.contains(':') => url.to_owned(),
        _ => entry.to_owned(),
    }
}

/// pip's files, the strongest first.
fn pip_files(get: &impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    if let Some(file) = get("PIP_CONFIG_FILE") {
        return vec![file.into()];
    }
    let home = get("HOME").map(PathBuf::from);
    let config = get("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| home.as_ref().map(|home| home.join(".config")));
    let own = config.map(|config| config.join("pip/pip.conf"));
    let legacy = home.map(|home| home.join(".pip/pip.conf"));
    own.into_iter().chain(legacy).chain([Path::new("/etc/pip.conf").to_owned()]).collect()
}

/// A value of `[global]` or `[install]`; lines that go on are joined by spaces.
fn pip_setting(text: &str, wanted: &str) -> Option<String> {
    let mut counts = false;
    let mut found: Option<String> = None;
    let mut inside = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) || trimmed.is_empty() {
            continue;
        }
        if let Some(section) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            (counts, inside) = (matches!(section, "global" | "install"), false);
        } else if line.starts_with([' ', '\t']) && inside {
            let found = found.get_or_insert_default();
            found.push(' ');
            found.push_str(trimmed);
        } else if let Some((key, value)) = trimmed.split_once(['=', ':']) {
            inside = counts && key.trim().replace('_', "-") == wanted;
            if inside {
                found = Some(value.trim().to_owned());
            }
        }
    }
    found.map(|found| found.trim().to_owned()).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(setting: Option<&str>, variables: &[(&str, &str)]) -> PackageIndex {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut all: Vec<_> = variables.iter().map(owned).collect();
        all.push(("PIP_CONFIG_FILE".to_owned(), "/dev/null".to_owned()));
        all.extend(variables.iter().map(owned));
        PackageIndex::from_environment(setting, &all)
    }

    #[test]
    fn the_nearest_word_counts() {
        let uv = ("UV_DEFAULT_INDEX", "https://uv.example/simple");
        let pip = ("PIP_INDEX_URL", "https://pip.example/simple");
        assert!(index(None, &[]).is_public());
        assert_eq!(index(None, &[pip]).shown(), "https://pip.example/simple");
        assert_eq!(index(None, &[pip, uv]).shown(), "https://uv.example/simple");
        let extra = ("UV_EXTRA_INDEX_URL", "more=https://a.example/ https://b.example/");
        assert_eq!(
            index(None, &[uv, extra]).shown(),
            "https://uv.example/simple, https://a.example/, https://b.example/"
        );
        assert_eq!(index(Some("https://own.example/"), &[uv, extra]).shown(), "https://own.example/");
    }

    #[test]
    fn only_the_way_out_is_passed_on() {
        let index = index(None, &[("SECRET", "x"), ("PIP_CERT", "/ca.pem"), ("HTTPS_PROXY", "http://p:1")]);
        let variables: Vec<_> = index.variables().collect();
        assert_eq!(
            variables,
            [("HTTPS_PROXY", "http://p:1".to_owned()), ("SSL_CERT_FILE", "/ca.pem".to_owned())]
        );
    }

    #[test]
    fn pips_files_are_read() {
        let text = "[global]\ntimeout = 5\nindex_url = https://x.example/simple\nextra-index-url =\n    https://a.example\n    https://b.example\n[freeze]\nindex-url = no\n";
        assert_eq!(pip_setting(text, "index-url").unwrap(), "https://x.example/simple");
        assert_eq!(pip_setting(text, "extra-index-url").unwrap(), "https://a.example https://b.example");
        assert_eq!(pip_setting(text, "cert"), None);
    }

    #[test]
    fn credentials_are_not_shown() {
        let index = index(Some("https://user:token@own.example/simple"), &[]);
        assert!(!format!("{index:?}").contains("token") && !index.shown().contains("user"));
    }
}
