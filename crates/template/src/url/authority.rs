//! Variables in user info, host and port (burki: 3.2): secrets that an organisation keeps its own hosts or passwords
//! in. Each value is bound to its part, so that none of them can end the authority or move the host by a trick of
//! spelling; where the host leads is for the egress policy to say.

use super::{UrlError, UrlTemplate, percent_encode, split};
use crate::fill::{FillError, Filling};
use crate::lookup::text_form;
use crate::path::Path;
use crate::scan::{Part, Syntax, next_placeholder, scan};

/// Stands for the authority while the rest is split.
const PLACEHOLDER: &str = "https://authority.invalid";

/// Scheme and authority with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    scheme: &'static str,
    user_info: Vec<Part>,
    host_and_port: Vec<Part>,
}

/// Splits a URL whose authority may hold variables; without any it is split as every other one.
pub(super) fn split(text: &str, syntax: Syntax) -> Result<UrlTemplate, UrlError> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let Some(scheme) = scheme else { return split::split(text, syntax) };
    let end = authority_end(text, scheme.len(), syntax);
    let parts = scan(&text[scheme.len()..end], syntax)?;
    if !parts.iter().any(|part| matches!(part, Part::Variable(_))) {
        return split::split(text, syntax);
    }
    split::check_characters(text, &parts)?;
    let (user_info, host_and_port) = split_user_info(parts);
    if host_and_port.is_empty() {
        return Err(UrlError::NoHost);
    }
    let rest = split::split(&format!("{PLACEHOLDER}{}", &text[end..]), syntax)?;
    let authority = Authority { scheme, user_info, host_and_port };
    Ok(UrlTemplate { source: text.to_owned(), base: String::new(), authority: Some(authority), ..rest })
}

/// Where the authority ends: at the first `/`, `?` or `#` outside a placeholder.
fn authority_end(text: &str, start: usize, syntax: Syntax) -> usize {
    let mut from = start;
    loop {
        let mark = text[from..].find(['/', '?', '#']).map_or(text.len(), |offset| from + offset);
        match next_placeholder(text, from, syntax) {
            Some(found) if found.start < mark => from = found.end,
            _ => return mark,
        }
    }
}

/// What stands before the last literal `@` is user info.
fn split_user_info(parts: Vec<Part>) -> (Vec<Part>, Vec<Part>) {
    let at = parts.iter().rposition(|part| matches!(part, Part::Literal(text) if text.contains('@')));
    let Some(at) = at else { return (Vec::new(), parts) };
    let mut user_info = parts;
    let mut host = user_info.split_off(at);
    if let Some(Part::Literal(text)) = host.first().cloned()
        && let Some((before, after)) = text.rsplit_once('@')
    {
        host.remove(0);
        if !before.is_empty() {
            user_info.push(Part::Literal(before.to_owned()));
        }
        if !after.is_empty() {
            host.insert(0, Part::Literal(after.to_owned()));
        }
    }
    (user_info, host)
}

impl Authority {
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        super::variables(&self.user_info).chain(super::variables(&self.host_and_port))
    }

    pub(super) fn fill(&self, filling: &mut Filling<'_>) -> Result<String, FillError> {
        let mut url = self.scheme.to_owned();
        if !self.user_info.is_empty() {
            fill(&self.user_info, filling, &mut url, |text| Some(percent_encode(text)))?;
            url.push('@');
        }
        fill(&self.host_and_port, filling, &mut url, |text| is_host_text(text).then(|| text.to_owned()))?;
        Ok(url)
    }
}

fn fill(
    parts: &[Part],
    filling: &mut Filling<'_>,
    url: &mut String,
    value_of: impl Fn(&str) -> Option<String>,
) -> Result<(), FillError> {
    for part in parts {
        match part {
            Part::Literal(literal) => url.push_str(literal),
            Part::Variable(path) => {
                let value = filling.value(path);
                let text = value.as_deref().map(text_form).unwrap_or_default();
                let text = value_of(&text)
                    .ok_or_else(|| FillError::HostValue { variable: path.text().to_owned() })?;
                url.push_str(&text);
            }
        }
    }
    Ok(())
}

fn is_host_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::fill::FillRules;

    fn filled(url: &str, values: &serde_json::Value) -> Result<String, FillError> {
        let template = UrlTemplate::parse_open(url, Syntax::Dollar).unwrap();
        template.fill(values, &FillRules::default()).map(|filled| filled.value)
    }

    #[test]
    fn values_stay_in_their_part() {
        let url = "https://${USER}:p@${HOST}:8443/a/${x}?q=${y}";
        let values = json!({"USER": "a@b/c", "HOST": "api-1.example.com", "x": "1/2", "y": "&"});
        let expected = "https://a%40b%2Fc:p@api-1.example.com:8443/a/1%2F2?q=%26";
        assert_eq!(filled(url, &values).unwrap(), expected);
        assert_eq!(filled("https://${H}", &json!({"H": "h.example"})).unwrap(), "https://h.example");
    }

    #[test]
    fn a_host_is_letters_digits_dots_and_hyphens() {
        for host in ["", "a/b", "a@b", "a:1", "a?b", "a#b", "a%2eb", "[::1]", "a b", "ä"] {
            let error = filled("https://${H}/x", &json!({ "H": host })).unwrap_err();
            assert_eq!(error, FillError::HostValue { variable: "H".to_owned() }, "{host}");
        }
    }

    #[test]
    fn without_variables_in_the_authority_nothing_differs() {
        let url = "https://h.example/${a}";
        let open = UrlTemplate::parse_open(url, Syntax::Dollar).unwrap();
        assert_eq!(open, UrlTemplate::parse(url, Syntax::Dollar).unwrap());
        assert_eq!(open.base(), Some("https://h.example"));
        let open = UrlTemplate::parse_open("https://${H}.example/${a}", Syntax::Dollar).unwrap();
        assert_eq!(open.base(), None);
        assert_eq!(open.authority_variables().map(Path::text).collect::<Vec<_>>(), ["H"]);
        assert!(UrlTemplate::parse_open("${S}://h.example", Syntax::Dollar).is_err());
        assert!(
            UrlTemplate::parse_open("https://x@/${a}", Syntax::Dollar).is_ok_and(|url| url.base().is_some())
        );
        assert_eq!(UrlTemplate::parse_open("https://${u}@/a", Syntax::Dollar), Err(UrlError::NoHost));
    }
}
