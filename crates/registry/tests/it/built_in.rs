//! Tools that the server brings along, changes laid over what is stored, tokens for sessions.

use std::time::Duration;

use hookswitch_model::draft::{HostedDraft, Kind, ToolDraft};
use hookswitch_model::name::ToolName;
use hookswitch_model::secret::Sealable;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, Mode, Scope};
use hookswitch_registry::{Caller, NewSessionToken, RegistryError, built_in_id};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::house::{House, holds};

fn clock(name: &str) -> ToolDraft {
    let hosted = Some(HostedDraft { function: "datetime".to_owned() });
    ToolDraft { hosted, ..ToolDraft::new(name, Kind::Hosted) }
}

async fn caller(house: &House) -> Caller {
    Caller { key: house.registry.get_key(house.scope, house.key).await.unwrap() }
}

#[tokio::test]
async fn a_built_in_tool_is_made_once_and_leaves_other_names_alone() {
    let house = House::open().await;
    let caller = caller(&house).await;
    let taken = json!({"name": "built-in clock", "kind": "client"});
    let own = house.create(taken).await.unwrap().tool;
    let make = async |draft| house.registry.built_in_tool(&caller, Dialect::Native, "clock", draft).await;
    let (one, two) = tokio::join!(make(clock("built-in clock")), make(clock("built-in clock")));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.id, built_in_id(house.scope, "clock"));
    assert_eq!((one.id, one.version), (two.id, two.version));
    assert_eq!(one.name.as_str(), "built-in clock 2");
    assert_eq!(house.registry.get_tool(house.scope, own.id).await.unwrap(), own);
    // What somebody else made of it is put right.
    let mut other = one.draft.clone();
    other.description = "other words".to_owned();
    house.registry.update_tool(house.scope, one.id, None, other, house.key).await.unwrap();
    assert_eq!(make(clock("built-in clock")).await.unwrap().draft, one.draft);
}

#[tokio::test]
async fn a_merge_is_laid_over_what_is_stored_at_last() {
    let house = House::open().await;
    let name = ToolName::parse("notes").unwrap();
    let add = async |word: &'static str| {
        let merge = move |stored: Option<&StoredTool>| -> Result<ToolDraft, RegistryError> {
            let new = || ToolDraft::new("notes", Kind::Client);
            let mut draft = stored.map_or_else(new, |stored| stored.draft.clone());
            draft.description.push_str(word);
            Ok(draft)
        };
        let (scope, project) = (house.scope, house.project);
        house.registry.upsert_merged(scope, project, Dialect::Native, &name, house.key, merge).await.unwrap()
    };
    let (one, two, three) = tokio::join!(add("a"), add("b"), add("c"));
    let made = [&one, &two, &three].into_iter().filter(|saved| saved.is_new).count();
    assert_eq!(made, 1);
    let stored = house.registry.tool_by_name(house.scope, &name).await.unwrap();
    let mut words: Vec<char> = stored.draft.description.chars().collect();
    words.sort_unstable();
    assert_eq!(words, ['a', 'b', 'c'], "nobody's words are lost");
}

#[tokio::test]
async fn a_sealed_value_may_move_to_another_header_of_its_tool_only() {
    let house = House::open().await;
    let draft = |name: &str| {
        json!({"name": name, "kind": "webhook", "webhook": {"url": "https://example.com/x", "method": "POST",
            "headers": {"Authorization": {"literal": "sk-live-0123456789"}}}})
    };
    let saved = house.create(draft("t")).await.unwrap().tool;
    let other = house.create(draft("u")).await.unwrap().tool;
    let value = saved.draft.webhook.as_ref().unwrap().headers["Authorization"].clone();
    assert!(matches!(value, Sealable::Sealed { .. }));
    let with = |stored: &StoredTool, value: Sealable| {
        let mut draft = stored.draft.clone();
        let headers = &mut draft.webhook.as_mut().unwrap().headers;
        headers.clear();
        headers.insert("X-Key".to_owned(), value);
        draft
    };
    let moved = house
        .registry
        .update_tool(house.scope, saved.id, None, with(&saved, value.clone()), house.key)
        .await
        .unwrap();
    assert_eq!(moved.tool.draft.webhook.as_ref().unwrap().headers["X-Key"], value);
    let stolen = with(&other, value);
    let refused = house.registry.update_tool(house.scope, other.id, None, stolen, house.key).await;
    assert!(matches!(refused, Err(RegistryError::Invalid(_))));
}

#[tokio::test]
async fn a_tool_gets_its_signing_secret_once() {
    let house = House::open().await;
    let tool = house.create(json!({"name": "c", "kind": "client"})).await.unwrap().tool;
    let secret = house.registry.first_signing_secret(house.scope, tool.id).await.unwrap().unwrap();
    assert!(secret.expose_secret().starts_with("whsec_"));
    assert!(house.registry.first_signing_secret(house.scope, tool.id).await.unwrap().is_none());
    let stranger = Scope::new(house.scope.org, Mode::Test);
    let refused = house.registry.first_signing_secret(stranger, tool.id).await;
    assert!(matches!(refused, Err(RegistryError::NotFound("tool"))));
}

#[tokio::test]
async fn a_session_token_lives_as_long_as_its_key() {
    let house = House::open().await;
    let caller = caller(&house).await;
    let new = || NewSessionToken {
        origins: vec!["https://app.example.com".to_owned()],
        life: Duration::from_mins(1),
        label: Some("desk".to_owned()),
    };
    let made = house.registry.create_session_token(&caller, new()).await.unwrap();
    let text = made.secret.expose_secret();
    assert!(text.starts_with("hs_live_sess_"), "{text}");
    assert!(!holds(&house.database_bytes(), text));
    let found = house.registry.access_token(text).await.unwrap();
    assert_eq!((found.minted_by, found.label.as_deref()), (house.key, Some("desk")));
    assert!(house.registry.authenticate(text).await.is_err(), "it is no key");
    assert!(house.registry.access_token("hs_live_sess_x").await.is_err());
    house.registry.revoke_key(house.scope, house.key).await.unwrap();
    assert!(house.registry.access_token(text).await.is_err());
    let wrong = [
        NewSessionToken { origins: vec![], ..new() },
        NewSessionToken { origins: vec!["*".to_owned()], ..new() },
        NewSessionToken { origins: vec!["https://a.example".to_owned(); 51], ..new() },
        NewSessionToken { life: Duration::from_secs(601), ..new() },
        NewSessionToken { life: Duration::ZERO, ..new() },
        NewSessionToken { label: Some("a\nb".to_owned()), ..new() },
        NewSessionToken { label: Some("x".repeat(257)), ..new() },
    ];
    for new in wrong {
        let refused = house.registry.create_session_token(&caller, new).await;
        assert!(matches!(refused, Err(RegistryError::Invalid(_))), "{refused:?}");
    }
}
