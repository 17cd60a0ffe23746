//! `apply`, `diff`, `check`.

use std::path::PathBuf;

use hookswitch_cli::Exit;

use crate::fake::Fake;
use crate::program::{run, run_with_input};

const TOOLS: &str = "\
tools:
  - name: book_appointment
    description: Books a table.
    kind: webhook
    webhook:
      url: https://api.example.com/bookings
      method: POST
      headers:
        Authorization: Bearer sk-very-secret
        X-Team: desk
    parameters:
      - name: date
        required: true
    config_schema:
      fields:
        - {key: branch}
        - {key: pin, secret: true}
  - name: house_rules
    kind: context
    context: {text: No dogs.}
agents:
  - name: Reception
    prompt: You answer the phone.
    tools:
      - house_rules
      - {tool: book_appointment, config: {branch: north, pin: pin-very-secret}}
";

struct Files(tempfile::TempDir);

impl Files {
    fn with(name: &str, text: &str) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write(name, text);
        files
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

async fn apply(fake: &Fake, files: &Files, more: &[&str]) -> crate::program::Ran {
    let path = files.path();
    let mut arguments = vec!["tools", "apply", "-f", path.to_str().unwrap()];
    arguments.extend(more);
    run(&fake.url(), &arguments).await
}

#[tokio::test]
async fn the_second_run_changes_nothing() {
    let fake = Fake::start().await;
    let files = Files::with("all.yaml", TOOLS);

    let first = apply(&fake, &files, &["--yes"]).await;
    assert_eq!(first.exit, Exit::Done, "{}", first.notes);
    insta::assert_snapshot!(first.out);
    for text in [&first.out, &first.notes] {
        assert!(!text.contains("very-secret"), "{text}");
    }
    assert!(fake.server.requests().iter().any(|request| request.text().contains("sk-very-secret")));

    let writes = fake.writes().len();
    let second = apply(&fake, &files, &[]).await;
    assert_eq!(second.exit, Exit::Done, "{}", second.notes);
    insta::assert_snapshot!(second.out);
    assert!(
        second.notes.contains("sealed values can't be compared and count as unchanged"),
        "{}",
        second.notes
    );
    assert_eq!(fake.writes().len(), writes);
}

#[tokio::test]
async fn a_change_is_shown_and_written() {
    let fake = Fake::start().await;
    let files = Files::with("all.yaml", TOOLS);
    assert_eq!(apply(&fake, &files, &["-y"]).await.exit, Exit::Done);
    files.write("all.yaml", &TOOLS.replace("X-Team: desk", "X-Team: kitchen").replace("north", "south"));

    let writes = fake.writes().len();
    let path = files.path();
    let diff = run(&fake.url(), &["tools", "diff", "-f", path.to_str().unwrap()]).await;
    assert_eq!(diff.exit, Exit::Failed);
    insta::assert_snapshot!(diff.out);
    assert_eq!(fake.writes().len(), writes, "a diff writes nothing");

    let ran = apply(&fake, &files, &["-y", "--json"]).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    insta::assert_snapshot!(ran.out);
    let diff = run(&fake.url(), &["tools", "diff", "-f", path.to_str().unwrap()]).await;
    assert_eq!((diff.exit, diff.out.as_str()), (Exit::Done, ""));
}

#[tokio::test]
async fn without_a_terminal_it_needs_a_yes() {
    let fake = Fake::start().await;
    let ran = apply(&fake, &Files::with("all.yaml", TOOLS), &[]).await;
    assert_eq!(ran.exit, Exit::Usage);
    assert!(ran.notes.contains("hint: add --yes"), "{}", ran.notes);
    assert_eq!(fake.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn one_bad_file_stops_all() {
    let fake = Fake::start().await;
    let files = Files::with("a.yaml", TOOLS);
    files.write(
        "b.json",
        "{\n  \"name\": \"bad\", \"kind\": \"webhook\",\n  \"webhook\": {\n    \"url\": \"http://x\"\n  }\n}",
    );
    files.write("c.yaml", "agents:\n  - name: Other\n    tools:\n      - nowhere\n");
    let ran = apply(&fake, &files, &["--yes"]).await;
    assert_eq!(ran.exit, Exit::Failed);
    assert!(
        ran.notes.contains("b.json:4: error: bad $.webhook.url: must be https (invalid_url)"),
        "{}",
        ran.notes
    );
    assert!(
        ran.notes.contains("c.yaml:4: error: Other $.tools[0]: there is no tool \"nowhere\""),
        "{}",
        ran.notes
    );
    assert!(ran.notes.contains("error: nothing was written: 2 errors found"), "{}", ran.notes);
    assert_eq!(fake.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn secrets_are_written_again_when_asked() {
    let fake = Fake::start().await;
    let files = Files::with("all.yaml", TOOLS);
    apply(&fake, &files, &["-y"]).await;
    let writes = fake.writes().len();
    let ran = apply(&fake, &files, &["-y", "--rewrite-secrets"]).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    let expected = [
        "PUT /v1/tools/by-name/book_appointment",
        "PUT /v1/agents/agent_01kqf3v4r8e6t9x2b5m7n0p1qs",
        "PUT /v1/agents/agent_01kqf3v4r8e6t9x2b5m7n0p1qs/tools",
    ];
    assert_eq!(fake.writes()[writes..], expected);
}

#[tokio::test]
async fn the_standard_input_can_be_checked() {
    let fake = Fake::start().await;
    let tool = "name: house_rules\nkind: context\ncontext: {text: No dogs.}\n---\nname: odd\nkind: context\ncontexts: {}\n";
    let ran = run_with_input(&fake.url(), &["tools", "check", "-f", "-"], tool).await;
    assert_eq!(ran.exit, Exit::Failed);
    assert_eq!(ran.out, "valid tool house_rules (effect: action)\n");
    assert!(ran.notes.contains("<stdin>:5: error: odd $: unknown field `contexts`"), "{}", ran.notes);
    assert_eq!(fake.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn what_get_shows_can_be_applied() {
    let fake = Fake::start().await;
    apply(&fake, &Files::with("all.yaml", TOOLS), &["-y"]).await;
    let shown = run(&fake.url(), &["tools", "get", "book_appointment", "--definition"]).await;
    assert!(shown.out.contains("Authorization: \"[REDACTED]\""), "{}", shown.out);
    let ran = run_with_input(&fake.url(), &["tools", "apply", "-f", "-"], &shown.out).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    assert!(ran.out.starts_with("unchanged tool book_appointment"), "{}", ran.out);
}
