//! The pages behind the `type` of a problem: what a code means and what to do about it.

use serde_json::{Value, json};

use super::trouble::{CODES, Code};

/// How a page is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For programs.
    Json,
    /// For people.
    Html,
}

impl Form {
    /// The form that an `Accept` header asks for: people's browsers name HTML, everybody else gets JSON.
    pub fn of(accept: Option<&str>) -> Self {
        let named = |kind: &str| accept.and_then(|accept| accept.find(kind));
        match (named("text/html"), named("application/json")) {
            (Some(html), Some(json)) if html < json => Self::Html,
            (Some(_), None) => Self::Html,
            _ => Self::Json,
        }
    }

    /// Its content type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// The page of a word; none for words that no answer has.
pub fn of(word: &str, base: &str, form: Form) -> Option<String> {
    let code = CODES.iter().find(|code| code.word == word)?;
    Some(match form {
        Form::Json => json_of(code, base).to_string(),
        Form::Html => document(code.word, &html_of(code)),
    })
}

/// The list of all pages.
pub fn list(base: &str, form: Form) -> String {
    match form {
        Form::Json => {
            let data: Vec<Value> = CODES.iter().map(|code| json_of(code, base)).collect();
            json!({"object": "list", "data": data}).to_string()
        }
        Form::Html => {
            let parts: String = CODES.iter().map(|code| html_of(code)).collect();
            document("Errors", &parts)
        }
    }
}

fn json_of(code: &Code, base: &str) -> Value {
    json!({
        "object": "problem",
        "type": format!("{base}/problems/{}", code.word),
        "code": code.word,
        "title": code.title(),
        "status": code.status,
        "meaning": code.meaning,
        "what_to_do": code.advice,
    })
}

fn html_of(code: &Code) -> String {
    let (meaning, advice) = (escaped(code.meaning), escaped(code.advice));
    let (word, status, title) = (code.word, code.status, code.title());
    format!(
        "<h2 id=\"{word}\"><code>{word}</code>: {status} {title}</h2>\n<p>{meaning}</p>\n<p>{advice}</p>\n"
    )
}

fn document(title: &str, body: &str) -> String {
    format!("<!doctype html>\n<html lang=\"en\">\n<title>{title}</title>\n{body}</html>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_code_has_a_page_that_says_what_to_do() {
        for code in CODES {
            assert!(!code.meaning.is_empty() && !code.advice.is_empty(), "{}", code.word);
            let page: Value = serde_json::from_str(&of(code.word, "", Form::Json).unwrap()).unwrap();
            assert_eq!((&page["status"], &page["code"]), (&json!(code.status), &json!(code.word)));
            let page = of(code.word, "", Form::Html).unwrap();
            assert!(page.contains(&escaped(code.advice)) && page.contains(code.title()), "{page}");
        }
        assert_eq!(of("nothing", "", Form::Json), None);
    }

    #[test]
    fn browsers_get_html_and_programs_json() {
        for (accept, form) in [
            (None, Form::Json),
            (Some("*/*"), Form::Json),
            (Some("application/json, text/plain, */*"), Form::Json),
            (Some("application/json, text/html"), Form::Json),
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Form::Html),
            (Some("text/html, application/json;q=0.1"), Form::Html),
        ] {
            assert_eq!(Form::of(accept), form, "{accept:?}");
        }
    }
}
