#![allow(clippy::unwrap_used)]
use hookswitch_server::Calls;

use super::*;

fn file(text: &str) -> (tempfile::TempDir, ServeFlags) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let flags = ServeFlags { config: Some(path.to_string_lossy().into_owned()), ..ServeFlags::default() };
    (folder, flags)
}

#[test]
fn flags_beat_variables_beat_the_file() {
    let (_folder, mut flags) = file("listen = \"127.0.0.1:1\"\nlog = \"warn\"\ndrain = \"5s\"\n");
    let variables = [("HOOKSWITCH_LISTEN".to_owned(), "127.0.0.1:2".to_owned())];
    assert_eq!(load(&flags, &[]).unwrap().listen.port(), 1);
    assert_eq!(load(&flags, &variables).unwrap().listen.port(), 2);
    flags.listen = Some("127.0.0.1:3".to_owned());
    let config = load(&flags, &variables).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.log, "warn");
    assert_eq!(config.engine.drain, std::time::Duration::from_secs(5));
}

#[test]
fn errors_name_the_place() {
    let (_folder, flags) = file("log = \"info\"\n\nlisten = \"nowhere\"\n");
    let error = load(&flags, &[]).unwrap_err().to_string();
    assert!(error.contains("config.toml:3") && error.contains("`listen`"), "{error}");
    let variables = [("HOOKSWITCH_DRAIN".to_owned(), "soon".to_owned())];
    let error = load(&ServeFlags::default(), &variables).unwrap_err().to_string();
    assert!(error.contains("environment variable HOOKSWITCH_DRAIN"), "{error}");
    let flags = ServeFlags { allow_egress: vec!["a b".to_owned()], ..ServeFlags::default() };
    let error = load(&flags, &[]).unwrap_err().to_string();
    assert!(error.contains("flag --allow-egress"), "{error}");
}

#[test]
fn misspelt_settings_are_named_with_the_right_word() {
    let (_folder, flags) = file("lissten = \"127.0.0.1:1\"\n");
    let error = load(&flags, &[]).unwrap_err().to_string();
    assert!(error.contains("config.toml:1") && error.contains("did you mean `listen`"), "{error}");
}

#[test]
fn calls_are_refused_or_simulated() {
    let calls = |text: &str| {
        let (_folder, flags) = file(text);
        load(&flags, &[]).map(|config| config.calls)
    };
    assert_eq!(calls("").unwrap(), Calls::None);
    assert_eq!(calls("calls = \"simulate\"\n").unwrap(), Calls::Simulate);
    let error = calls("calls = \"dial\"\n").unwrap_err().to_string();
    assert!(error.contains("none or simulate"), "{error}");
}

#[test]
fn broken_toml_names_its_line() {
    let (_folder, flags) = file("listen = \"127.0.0.1:1\"\nlog = \n");
    let error = load(&flags, &[]).unwrap_err().to_string();
    assert!(error.contains("config.toml:2"), "{error}");
}

#[test]
fn lists_come_as_arrays_and_with_commas() {
    let (_folder, flags) = file("allow_egress = [\"127.0.0.1:9000\", \"10.0.0.0/8:8080\"]\n");
    assert_eq!(load(&flags, &[]).unwrap().egress.allow_egress.len(), 2);
    let variables = [("HOOKSWITCH_ALLOW_EGRESS".to_owned(), "127.0.0.1:9000, crm.lan:80".to_owned())];
    assert_eq!(load(&ServeFlags::default(), &variables).unwrap().egress.allow_egress.len(), 2);
}

#[test]
fn the_ceiling_of_a_dialect_is_a_setting() {
    use hookswitch_model::Dialect;
    let (_folder, flags) = file("pyai_ceiling = \"2500ms\"\n");
    let engine = load(&flags, &[]).unwrap().engine;
    assert_eq!(engine.dialect_ceilings[&Dialect::Pyai], std::time::Duration::from_millis(2500));
    let engine = load(&ServeFlags::default(), &[]).unwrap().engine;
    assert_eq!(engine.dialect_ceilings[&Dialect::Pyai], std::time::Duration::from_secs(5));
}
