//! Which files are read, and reading them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Lines, json_lines};
use crate::error::CliError;
use crate::terminal::Terminal;
use crate::yaml::{self, Document};

/// Largest file, in bytes.
const MOST_BYTES: u64 = 16 << 20;
/// Most files in one command.
const MOST_FILES: usize = 10_000;

/// A file and its documents.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its name as messages have it.
    pub(crate) file: PathBuf,
    /// Its documents in order.
    pub(crate) documents: Vec<Document>,
}

/// Reads files, folders (their `*.yaml`, `*.yml`, `*.json`, by name) and, for `-`, the standard input.
pub(crate) fn read_sources(given: &[PathBuf], terminal: &mut Terminal) -> Result<Vec<Source>, CliError> {
    let mut sources = Vec::new();
    for path in given {
        if path.as_os_str() == "-" {
            let text = terminal.read_all()?;
            sources.push(parse(PathBuf::from("<stdin>"), &text)?);
            continue;
        }
        for file in expand(path)? {
            let text = read_text(&file)?;
            sources.push(parse(file, &text)?);
        }
        if sources.len() > MOST_FILES {
            return Err(failure(path, None, format!("more than {MOST_FILES} files")));
        }
    }
    Ok(sources)
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| failure(path, None, error.to_string()))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(|error| failure(path, None, error.to_string()))?.path();
        let is_definition = file
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json"));
        if is_definition && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(failure(path, None, "no *.yaml, *.yml or *.json in this folder".to_owned()));
    }
    Ok(files)
}

fn read_text(file: &Path) -> Result<String, CliError> {
    let read = || {
        if std::fs::metadata(file)?.len() > MOST_BYTES {
            return Err(std::io::Error::other("larger than 16 MiB"));
        }
        std::fs::read_to_string(file)
    };
    read().map_err(|error| failure(file, None, error.to_string()))
}

/// JSON is read as JSON, everything else as YAML, of which JSON is nearly a part.
fn parse(file: PathBuf, text: &str) -> Result<Source, CliError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_json = file.extension().is_some_and(|extension| extension == "json")
        || text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let documents = if is_json {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| failure(&file, Some(error.line()), format!("no valid JSON: {error}")))?;
        let lines: Lines = json_lines(text);
        vec![Document { value, lines }]
    } else {
        yaml::read(text)
            .map_err(|error| failure(&file, Some(error.line), format!("no valid YAML: {}", error.message)))?
    };
    Ok(Source { file, documents })
}

fn failure(file: &Path, line: Option<usize>, message: String) -> CliError {
    CliError::File { file: file.to_owned(), line, message }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_folder_is_its_definitions_by_name() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("b.json", "{}"), ("a.yaml", "x: 1"), ("notes.txt", "no"), ("c.yml", "")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let files = expand(folder.path()).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.yaml", "b.json", "c.yml"]);
    }

    #[test]
    fn an_empty_folder_is_a_mistake() {
        let folder = tempfile::tempdir().unwrap();
        assert!(expand(folder.path()).unwrap_err().to_string().contains("no *.yaml"));
    }

    #[test]
    fn json_on_the_standard_input_is_read_as_json() {
        let source = parse(PathBuf::from("<stdin>"), "{\"a\":\n\t\"\\ud83d\\ude00\"}").unwrap();
        assert_eq!(source.documents[0].value, json!({"a": "😀"}));
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = parse(PathBuf::from("t.json"), "{\n  \"a\": }").unwrap_err();
        assert!(error.to_string().starts_with("t.json:2: no valid JSON"), "{error}");
        let error = parse(PathBuf::from("t.yaml"), "a: 1\na: 2").unwrap_err();
        assert!(error.to_string().starts_with("t.yaml:2: no valid YAML"), "{error}");
    }
}
