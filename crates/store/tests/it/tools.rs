//! Tools and their versions.

use hookswitch_model::name::ToolName;
use hookswitch_model::{KeyId, Mode, Scope, SealId, Stamp};
use hookswitch_store::{NewSeal, NewSigningKey, Page, StoreError, ToolChanges};

use crate::support::{Fixture, new_tool, suite};

suite![
    a_tool_comes_back_as_it_went_in,
    every_save_is_a_version,
    a_stale_version_is_refused,
    names_are_unique_per_org_and_mode,
    of_two_creates_of_one_name_one_wins,
    of_two_updates_of_one_version_one_wins,
    numbers_are_never_reused,
    a_refused_save_leaves_nothing,
    seals_belong_to_one_owner,
    signing_keys_rotate,
    deleting_takes_all_but_records,
];

async fn a_tool_comes_back_as_it_went_in(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let mut new = new_tool(&tenant, "Get Rental");
    new.draft.input_schema = Some(serde_json::json!({"z": 1, "a": {"y": 1, "b": 2}, "nul": "\u{0}"}));
    new.draft.tags = vec!["x".to_owned(), "x".to_owned(), "y".to_owned()];
    let made = fixture.store.insert_tool(tenant.scope, new, None).await.unwrap();
    let found = fixture.store.get_tool(tenant.scope, made.id).await.unwrap();
    assert_eq!(found, made);
    let text = |tool: &hookswitch_model::tool::StoredTool| serde_json::to_string(&tool.draft).unwrap();
    assert_eq!(text(&found), text(&made), "keys keep their order");
    assert_eq!(fixture.store.tool_by_name(tenant.scope, "Get Rental").await.unwrap(), Some(made.clone()));
    assert_eq!(fixture.store.tool_by_name(tenant.scope, "get rental").await.unwrap(), None);
    assert_eq!(fixture.store.tool_by_number(tenant.scope, made.number).await.unwrap(), Some(made.clone()));
    assert_eq!(fixture.store.tools_by_ids(tenant.scope, &[made.id]).await.unwrap(), [made]);
}

async fn every_save_is_a_version(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (store, scope, tool) = (&fixture.store, tenant.scope, fixture.tool(&tenant, "one").await);
    let mut draft = tool.draft.clone();
    draft.description = "second".into();
    let saved_by = KeyId::generate();
    let changes = ToolChanges { draft: Some(draft), ..ToolChanges::default() };
    let second = store.update_tool(scope, tool.id, Some(1), changes, Some(saved_by)).await.unwrap();
    assert_eq!((second.version, second.draft.description.as_str()), (2, "second"));
    let off = store.set_tool_enabled(scope, tool.id, false).await.unwrap();
    assert_eq!((off.version, off.enabled), (2, false), "a switch is no version");

    let versions = store.list_versions(scope, tool.id, &Page::first(1)).await.unwrap();
    assert_eq!((versions.items[0].version, versions.items[0].saved_by), (2, Some(saved_by)));
    let rest = store.list_versions(scope, tool.id, &Page { limit: 1, after: versions.next }).await.unwrap();
    assert_eq!((rest.items[0].version, rest.next), (1, None));
    assert_eq!(store.get_version(scope, tool.id, 1).await.unwrap().draft, tool.draft);
    let pinned = store.tool_at_version(scope, tool.id, 1).await.unwrap();
    assert_eq!((pinned.version, pinned.enabled, &pinned.draft), (1, false, &tool.draft));
    assert!(matches!(store.get_version(scope, tool.id, 3).await, Err(StoreError::NotFound)));
}

async fn a_stale_version_is_refused(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await;
    let changes = ToolChanges { enabled: Some(false), ..ToolChanges::default() };
    let refused = fixture.store.update_tool(tenant.scope, tool.id, Some(9), changes, None).await;
    assert!(matches!(refused, Err(StoreError::VersionMismatch { expected: 9, found: 1 })), "{refused:?}");
    assert!(fixture.store.get_tool(tenant.scope, tool.id).await.unwrap().enabled);
}

async fn names_are_unique_per_org_and_mode(fixture: Fixture) {
    let (one, two) = (fixture.tenant("one").await, fixture.tenant("two").await);
    let first = fixture.tool(&one, "same").await;
    fixture.tool(&two, "same").await;
    let test = Scope::new(one.scope.org, Mode::Test);
    fixture.store.insert_tool(test, new_tool(&one, "same"), None).await.unwrap();
    let again = fixture.store.insert_tool(one.scope, new_tool(&one, "same"), None).await;
    assert!(matches!(again, Err(StoreError::Conflict { what: "tool name" })), "{again:?}");
    let other = fixture.tool(&one, "other").await;
    let changes = ToolChanges { name: Some(first.name), ..ToolChanges::default() };
    let renamed = fixture.store.update_tool(one.scope, other.id, None, changes, None).await;
    assert!(matches!(renamed, Err(StoreError::Conflict { what: "tool name" })), "{renamed:?}");
}

async fn of_two_creates_of_one_name_one_wins(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let create = || fixture.store.insert_tool(tenant.scope, new_tool(&tenant, "one"), None);
    let (a, b, c) = tokio::join!(create(), create(), create());
    assert_eq!([a, b, c].iter().filter(|made| made.is_ok()).count(), 1);
}

async fn of_two_updates_of_one_version_one_wins(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await;
    let update = || {
        let changes = ToolChanges { draft: Some(tool.draft.clone()), ..ToolChanges::default() };
        fixture.store.update_tool(tenant.scope, tool.id, Some(1), changes, None)
    };
    let (a, b) = tokio::join!(update(), update());
    assert_ne!(a.is_ok(), b.is_ok());
    assert_eq!(fixture.store.get_tool(tenant.scope, tool.id).await.unwrap().version, 2);
}

async fn numbers_are_never_reused(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let first = fixture.tool(&tenant, "one").await;
    fixture.store.delete_tool(tenant.scope, first.id).await.unwrap();
    let second = fixture.tool(&tenant, "one").await;
    assert!(second.number > first.number, "{} then {}", first.number, second.number);
    assert!(matches!(fixture.store.delete_tool(tenant.scope, first.id).await, Err(StoreError::NotFound)));
}

async fn a_refused_save_leaves_nothing(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let seal = NewSeal { id: SealId::generate(), purpose: "header".to_owned(), sealed: vec![1] };
    let mut owner = new_tool(&tenant, "owner");
    owner.seals.push(seal.clone());
    fixture.store.insert_tool(tenant.scope, owner, None).await.unwrap();
    let mut thief = new_tool(&tenant, "thief");
    thief.seals.push(NewSeal { sealed: vec![2], ..seal.clone() });
    let refused = fixture.store.insert_tool(tenant.scope, thief, None).await;
    assert!(matches!(refused, Err(StoreError::Conflict { what: "seal" })), "{refused:?}");
    assert_eq!(fixture.store.tool_by_name(tenant.scope, "thief").await.unwrap(), None);
    assert_eq!(fixture.store.get_seal(tenant.scope, seal.id).await.unwrap().sealed, [1]);
}

async fn seals_belong_to_one_owner(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await;
    let id = SealId::generate();
    for bytes in [vec![1], vec![2, 2]] {
        let seals = vec![NewSeal { id, purpose: "header".to_owned(), sealed: bytes }];
        let changes = ToolChanges { seals, ..ToolChanges::default() };
        fixture.store.update_tool(tenant.scope, tool.id, None, changes, None).await.unwrap();
    }
    let row = fixture.store.get_seal(tenant.scope, id).await.unwrap();
    assert_eq!((row.sealed, row.purpose.as_str(), row.org), (vec![2, 2], "header", tenant.scope.org));
    fixture.store.delete_tool(tenant.scope, tool.id).await.unwrap();
    assert!(matches!(fixture.store.get_seal(tenant.scope, id).await, Err(StoreError::NotFound)));
}

async fn signing_keys_rotate(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let mut new = new_tool(&tenant, "one");
    new.signing = Some(NewSigningKey { sealed: vec![1] });
    let tool = fixture.store.insert_tool(tenant.scope, new, None).await.unwrap();
    let soon = Stamp::now();
    let mut keys = fixture.store.list_signing_keys(tenant.scope, tool.id).await.unwrap();
    assert_eq!(keys.len(), 1);
    for sealed in [vec![2], vec![3]] {
        let new = NewSigningKey { sealed };
        keys = fixture.store.rotate_signing_key(tenant.scope, tool.id, new, soon).await.unwrap();
    }
    let shown: Vec<_> = keys.iter().map(|key| (key.number, key.sealed.clone(), key.expires_at)).collect();
    assert_eq!(shown, [(3, vec![3], None), (2, vec![2], Some(soon))]);
}

async fn deleting_takes_all_but_records(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (tool, agent) = (fixture.tool(&tenant, "one").await, fixture.agent(&tenant, "a").await);
    let session = fixture.session(&tenant, Some(agent.id)).await;
    let writer = fixture.writer();
    let execution = crate::support::execution_of(&session, tool.id);
    writer.record(execution.clone()).await.unwrap();
    writer.flush().await.unwrap();
    fixture.store.delete_tool(tenant.scope, tool.id).await.unwrap();
    let found = fixture.store.get_execution(tenant.scope, execution.id).await.unwrap();
    assert_eq!(found, execution);
    assert_eq!(fixture.store.tool_stats(tenant.scope, tool.id).await.unwrap().calls, 1);
    let name = ToolName::parse("one").unwrap();
    assert_eq!(fixture.store.tool_by_name(tenant.scope, name.as_str()).await.unwrap(), None);
}
