use hookswitch_template::{
    EmptyInPath, FillError, FillRules, Path, Syntax, UrlError, UrlTemplate, push_query_pair,
};
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use crate::support::{SYNTAXES, hostile_text, placeholder, rules};

fn fill(template: &str, value: &str) -> Result<String, FillError> {
    let template = UrlTemplate::parse(template, Syntax::Braces).unwrap();
    template.fill(&json!({"a": value, "o": {"z": [1]}, "n": 3}), &rules()).map(|filled| filled.value)
}

#[test]
fn encodes_every_value() {
    for (template, value, url) in [
        ("https://h.example/o/{{a}}?z={{n}}", "a/b c", "https://h.example/o/a%2Fb%20c?z=3"),
        ("https://h.example/{{a}}", "../../admin", "https://h.example/..%2F..%2Fadmin"),
        ("https://h.example/{{a}}/x", "%2e%2e/", "https://h.example/%252e%252e%2F/x"),
        ("https://h.example/{{a}}", "?x=1", "https://h.example/%3Fx%3D1"),
        ("https://h.example/{{a}}", "#f", "https://h.example/%23f"),
        ("https://h.example/{{a}}", "@evil", "https://h.example/%40evil"),
        ("https://h.example/{{a}}", "//evil", "https://h.example/%2F%2Fevil"),
        ("https://h.example?q={{a}}", "1&r=2", "https://h.example?q=1%26r%3D2"),
        ("https://h.example/?{{a}}={{o}}", "k", "https://h.example/?k=%7B%22z%22%3A%5B1%5D%7D"),
        ("https://h.example/{{nope}}/{{a}}", "é-._~", "https://h.example//%C3%A9-._~"),
        ("HTTP://H.example:8080/{{a}}", "1", "HTTP://H.example:8080/1"),
        ("https://h.example/v.{{a}}", ".", "https://h.example/v.."),
        ("https://h.example/x#frag", "", "https://h.example/x"),
        ("https://h.example/x?#frag", "", "https://h.example/x?"),
        ("https://h.example", "", "https://h.example"),
        ("https://h.example/?b={{a}}", "..", "https://h.example/?b=.."),
    ] {
        assert_eq!(fill(template, value).as_deref(), Ok(url), "{template} {value}");
    }
}

#[test]
fn refuses_relative_segments() {
    for (template, value) in [
        ("https://h.example/{{a}}", "."),
        ("https://h.example/{{a}}/x", ".."),
        ("https://h.example/.{{a}}", "."),
        ("https://h.example/{{a}}.?q", "."),
        ("https://h.example/%2e{{a}}", "."),
        ("https://h.example/{{a}}%2E/x", "."),
        ("https://h.example/x/.{{a}}", ""),
        ("https://h.example/x/.%2e{{a}}/y", ""),
    ] {
        assert_eq!(fill(template, value), Err(FillError::DotSegment), "{template} {value}");
    }
}

#[test]
fn refuses_an_empty_path_value_when_told_so() {
    let template = UrlTemplate::parse("https://h.example/{id}/x?q={q}", Syntax::SingleBrace).unwrap();
    let refuse = FillRules { empty_in_path: EmptyInPath::Refuse, ..rules() };
    let error = template.fill(&json!({"id": ""}), &refuse).unwrap_err();
    assert_eq!(error, FillError::EmptyPathValue { variable: "id".into() });
    assert_eq!(template.fill(&json!({"id": 7}), &refuse).unwrap().value, "https://h.example/7/x?q=");
    assert_eq!(template.path_variables().map(Path::text).collect::<Vec<_>>(), ["id"]);
    assert_eq!(template.paths().map(Path::text).collect::<Vec<_>>(), ["id", "q"]);
}

#[test]
fn refuses_bad_templates() {
    use UrlError::{BadScheme, DotSegment, NoHost, TooLong, VariableInAuthority, VariableInFragment};
    for (template, error) in [
        ("https://{{host}}/", VariableInAuthority),
        ("https://api.example.com{{suffix}}", VariableInAuthority),
        ("https://api.example.com:{{port}}/", VariableInAuthority),
        ("https://{{user}}@api.example.com/", VariableInAuthority),
        ("https://api.{{x}}.com/", VariableInAuthority),
        ("{{scheme}}://api.example.com/", VariableInAuthority),
        ("ht{{x}}://api.example.com/", VariableInAuthority),
        ("{{url}}", VariableInAuthority),
        ("https:{{x}}", VariableInAuthority),
        ("https://h.example/#{{x}}", VariableInFragment),
        ("https://h.example/?a#b{{x}}", VariableInFragment),
        ("https://h.example/../x", DotSegment),
        ("https://h.example/%2e%2E/{{x}}", DotSegment),
        ("https:///x", NoHost),
        ("https://?x", NoHost),
        ("https://", NoHost),
        ("", BadScheme),
        ("/relative", BadScheme),
        ("https:/h.example", BadScheme),
        ("ftp://h.example/", BadScheme),
        ("ftp://h.example/{{x}}", BadScheme),
        ("//h.example/", BadScheme),
        ("javascript:alert(1)", BadScheme),
    ] {
        assert_eq!(UrlTemplate::parse(template, Syntax::Braces), Err(error), "{template}");
    }
    for (template, position) in [
        ("https://h.example\\@evil/", 17),
        ("https://h.example/a b", 19),
        ("https://h.example/\t", 18),
        (" https://h.example/", 0),
        ("https://h.example/{{ a }}\n", 25),
        ("https://h.example/\u{a0}", 18),
    ] {
        let error = UrlTemplate::parse(template, Syntax::Braces).unwrap_err();
        assert_eq!(error, UrlError::BadCharacter { position }, "{template:?}");
    }
    let long = format!("https://h.example/{}", "a".repeat(9000));
    assert_eq!(UrlTemplate::parse(&long, Syntax::Braces), Err(TooLong));
    assert!(matches!(
        UrlTemplate::parse("https://h.example/{{a..b}}", Syntax::Braces),
        Err(UrlError::Template(_))
    ));
}

#[test]
fn shows_its_base() {
    for (template, base) in [
        ("https://h.example:8443/a/{{b}}", "https://h.example:8443"),
        ("http://h.example?q={{b}}", "http://h.example"),
        ("https://user:pw@h.example#x", "https://user:pw@h.example"),
        ("https://[::1]/", "https://[::1]"),
    ] {
        assert_eq!(UrlTemplate::parse(template, Syntax::Braces).unwrap().base(), Some(base));
    }
}

#[test]
fn appends_query_pairs() {
    let mut url = "https://h.example/x".to_owned();
    for (name, value) in
        [("a b", json!("1&2")), ("n", json!(null)), ("l", json!([1, "é"])), ("t", json!(true))]
    {
        push_query_pair(&mut url, name, &value);
    }
    assert_eq!(url, "https://h.example/x?a%20b=1%262&l=%5B1%2C%22%C3%A9%22%5D&t=true");
    let mut url = "https://h.example/x?own=1".to_owned();
    push_query_pair(&mut url, "a", &json!(2));
    assert_eq!(url, "https://h.example/x?own=1&a=2");
    let mut url = "https://h.example/x?".to_owned();
    push_query_pair(&mut url, "a", &json!(2));
    assert_eq!(url, "https://h.example/x?a=2");
}

proptest! {
    #[test]
    fn values_change_nothing_but_their_place(
        path_value in hostile_text(), query_value in hostile_text(), which in 0..3_usize
    ) {
        let syntax = SYNTAXES[which];
        let template = format!(
            "https://api.example.com:8443/v1/{}/orders/x{}y?q={}&fixed=1",
            placeholder(syntax, "p"), placeholder(syntax, "p"), placeholder(syntax, "q"),
        );
        let template = UrlTemplate::parse(&template, syntax).unwrap();
        let variables = json!({"p": path_value, "q": query_value});
        let filled = match template.fill(&variables, &rules()) {
            Ok(filled) => filled.value,
            Err(error) => {
                prop_assert_eq!(error, FillError::DotSegment);
                prop_assert!(path_value == "." || path_value == "..");
                return Ok(());
            }
        };
        prop_assert!(filled.starts_with(template.base().unwrap()));
        let url = Url::parse(&filled).unwrap();
        prop_assert_eq!(url.as_str(), &filled);
        prop_assert_eq!((url.scheme(), url.host_str(), url.port()), ("https", Some("api.example.com"), Some(8443)));
        prop_assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None));
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        prop_assert_eq!(segments.len(), 4);
        let decoded = percent_decode(segments[1]);
        prop_assert_eq!(decoded, path_value);
        let pairs: Vec<_> = url.query_pairs().collect();
        prop_assert_eq!(pairs.len(), 2);
        prop_assert_eq!(&pairs[0].1, &query_value);
    }

    #[test]
    fn whatever_parses_keeps_its_host(
        head in "(https?|HTTP|ftp|ht):?/{0,3}", host in "[a-z0-9.@:\\[\\]%{}$/?#\\\\-]{0,20}", value in hostile_text()
    ) {
        let Ok(template) = UrlTemplate::parse(&format!("{head}{host}{{{{v}}}}"), Syntax::Braces) else {
            return Ok(());
        };
        let base = Url::parse(template.base().unwrap());
        if let Ok(filled) = template.fill(&json!({"v": value}), &rules()) {
            match (base, Url::parse(&filled.value)) {
                (Ok(base), Ok(url)) => prop_assert_eq!(base.origin(), url.origin()),
                (Err(_), Ok(url)) => prop_assert!(false, "the base is no URL, the whole is {}", url),
                (_, Err(_)) => {}
            }
        }
    }

    #[test]
    fn literal_urls_are_kept(path in "(/[a-zA-Z0-9_%~-]{0,8}){0,4}", query in "(\\?[a-z0-9=&]{0,12})?") {
        let text = format!("https://h.example{path}{query}");
        let template = UrlTemplate::parse(&text, Syntax::Braces).unwrap();
        prop_assert!(template.is_literal());
        prop_assert_eq!(template.fill(&json!({}), &rules()).unwrap().value, text);
    }
}

fn percent_decode(text: &str) -> String {
    // A form decoder that leaves plus signs alone: values never hold a bare one.
    url::form_urlencoded::parse(format!("v={text}").as_bytes()).next().unwrap().1.into_owned()
}
