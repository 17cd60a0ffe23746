//! The outcome of simulations as JUnit XML, for continuous integration: a suite a simulation, a case a turn.

use std::fmt::Write as _;

use super::run::Outcome;

/// The document.
pub(crate) fn junit(outcomes: &[Outcome]) -> String {
    let all = || outcomes.iter().flat_map(|outcome| &outcome.parts);
    let failed = all().filter(|part| !part.failures.is_empty()).count();
    let took: f64 = outcomes.iter().map(|outcome| outcome.took.as_secs_f64()).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a text can't fail.
    let _ = writeln!(
        xml,
        "<testsuites name=\"hookswitch simulate\" tests=\"{}\" failures=\"{failed}\" time=\"{took:.3}\">",
        all().count()
    );
    for outcome in outcomes {
        suite(outcome, &mut xml);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite(outcome: &Outcome, xml: &mut String) {
    let failed = outcome.parts.iter().filter(|part| !part.failures.is_empty()).count();
    let (name, file) = (escape(&outcome.name), escape(&outcome.file));
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{name}\" file=\"{file}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" time=\"{:.3}\">",
        outcome.parts.len(),
        outcome.took.as_secs_f64()
    );
    for (index, part) in outcome.parts.iter().enumerate() {
        let case = escape(&format!("{}. {}", index + 1, part.name));
        let time = part.took.as_secs_f64();
        if part.failures.is_empty() {
            let _ = writeln!(xml, "    <testcase classname=\"{name}\" name=\"{case}\" time=\"{time:.3}\"/>");
            continue;
        }
        let _ = writeln!(xml, "    <testcase classname=\"{name}\" name=\"{case}\" time=\"{time:.3}\">");
        for failure in &part.failures {
            let failure = escape(failure);
            let _ = writeln!(xml, "      <failure message=\"{failure}\">{failure}</failure>");
        }
        let events: Vec<String> = part.events.iter().map(ToString::to_string).collect();
        let _ = writeln!(xml, "      <system-out>{}</system-out>", escape(&events.join("\n")));
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n");
}

/// Text for XML 1.0: what it can't hold at all becomes a question mark.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::run::Part;
    use super::*;

    #[test]
    fn the_document_escapes_what_people_say() {
        let part = |name: &str, failures: Vec<String>| Part {
            name: name.to_owned(),
            events: vec![serde_json::json!({"type": "end"})],
            failures,
            took: Duration::from_millis(1500),
        };
        let outcome = Outcome {
            name: "a & b".to_owned(),
            file: "x.yaml".to_owned(),
            parts: vec![part("fine", Vec::new()), part("<two>\u{1}", vec!["\"x\" is not y".to_owned()])],
            session: "sess_1".to_owned(),
            took: Duration::from_secs(2),
        };
        let xml = junit(&[outcome]);
        assert!(
            xml.contains(
                "<testsuites name=\"hookswitch simulate\" tests=\"2\" failures=\"1\" time=\"2.000\">"
            )
        );
        assert!(xml.contains("name=\"2. &lt;two&gt;?\""), "{xml}");
        assert!(xml.contains("<failure message=\"&quot;x&quot; is not y\">"), "{xml}");
        assert!(xml.contains("classname=\"a &amp; b\" name=\"1. fine\" time=\"1.500\"/>"), "{xml}");
    }
}
