//! The configuration file: TOML, one setting a line; lists as arrays.

use super::ConfigError;
use super::origin::{Given, Origin};
use super::settings::NAMES;

pub(crate) fn read_into(path: &str, given: &mut Given) -> Result<(), ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let line_at = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let table = toml::de::DeTable::parse(&text).map_err(|error| ConfigError::NotToml {
        path: path.to_owned(),
        line: error.span().map_or(1, |span| line_at(span.start)),
        message: error.message().to_owned(),
    })?;
    for (key, value) in table.get_ref() {
        let origin = Origin::File { path: path.to_owned(), line: line_at(key.span().start) };
        let name = key.get_ref().as_ref();
        let Some(known) = NAMES.iter().find(|known| **known == name) else {
            return Err(ConfigError::Unknown { origin, name: name.to_owned(), nearest: nearest(name) });
        };
        let texts = texts_of(value.get_ref()).ok_or_else(|| ConfigError::Invalid {
            origin: origin.clone(),
            name: known,
            message: "a text, number, true, false, or a list of texts".to_owned(),
        })?;
        given.set(known, texts, origin);
    }
    Ok(())
}

fn texts_of(value: &toml::de::DeValue<'_>) -> Option<Vec<String>> {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => Some(vec![text.to_string()]),
        DeValue::Integer(number) => Some(vec![number.to_string()]),
        DeValue::Float(number) => Some(vec![number.to_string()]),
        DeValue::Boolean(truth) => Some(vec![truth.to_string()]),
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| texts_of(item.get_ref()).filter(|texts| texts.len() == 1));
            texts.collect::<Option<Vec<_>>>().map(|texts| texts.concat())
        }
        _ => None,
    }
}

/// The known name that differs least, if it is close.
fn nearest(name: &str) -> Option<&'static str> {
    let closest = NAMES.iter().map(|known| (distance(name, known), *known)).min();
    closest.filter(|(distance, _)| *distance <= 3).map(|(_, known)| known)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
