//! Tools that one session alone has.

use std::time::Duration;

use hookswitch_model::session::EndReason;
use hookswitch_model::{Scope, SessionId, Stamp};
use hookswitch_store::{Page, StoreError, ToolChanges, ToolFilter};

use crate::support::{Fixture, far, new_session, new_tool, suite};

suite![
    a_session_has_tools_of_its_own,
    they_go_with_the_sessions_content,
    those_of_no_session_go,
    sessions_are_counted
];

fn is_absent<T>(found: &Result<T, StoreError>) -> bool {
    matches!(found, Err(StoreError::NotFound))
}

async fn a_session_has_tools_of_its_own(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("t").await, fixture.tenant("o").await);
    let store = &fixture.store;
    let session = SessionId::generate();
    let new = new_tool(&tenant, "own");
    let id = new.id;
    store.insert_session_tool(tenant.scope, session, new, None).await.unwrap();
    let found = store.get_tool_for_session(tenant.scope, session, id).await.unwrap();
    assert_eq!((found.id, found.version), (id, 1));
    let shared = fixture.tool(&tenant, "shared").await.id;
    assert!(store.get_tool_for_session(tenant.scope, session, shared).await.is_ok());
    assert!(store.tool_at_version(tenant.scope, id, 1).await.is_ok());
    assert!(is_absent(&store.get_tool_for_session(tenant.scope, SessionId::generate(), id).await));
    assert!(is_absent(&store.get_tool_for_session(other.scope, session, id).await));
    // Nobody else finds, counts, changes, lists or removes it.
    assert!(is_absent(&store.get_tool(tenant.scope, id).await));
    assert!(is_absent(&store.delete_tool(tenant.scope, id).await));
    assert!(is_absent(&store.update_tool(tenant.scope, id, None, ToolChanges::default(), None).await));
    assert_eq!(store.tool_by_name(tenant.scope, "own").await.unwrap(), None);
    assert!(store.tools_by_ids(tenant.scope, &[id]).await.unwrap().is_empty());
    let listed = store.list_tools(tenant.scope, &ToolFilter::default(), &Page::default()).await.unwrap();
    assert_eq!(listed.items.iter().map(|tool| tool.id).collect::<Vec<_>>(), [shared]);
    assert_eq!(store.count_tools(tenant.scope, &ToolFilter::default()).await.unwrap(), 1);
    assert_eq!(store.delete_session_tools(other.scope, session).await.unwrap(), 0);
    assert_eq!(store.delete_session_tools(tenant.scope, session).await.unwrap(), 1);
    assert!(is_absent(&store.get_tool_for_session(tenant.scope, session, id).await));
}

async fn they_go_with_the_sessions_content(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let store = &fixture.store;
    let later = Stamp::now().plus(Duration::from_mins(1));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let session = new_session(&tenant, None);
        let new = new_tool(&tenant, &format!("own of {}", session.id));
        ids.push((session.id, new.id));
        store.insert_session_tool(tenant.scope, session.id, new, None).await.unwrap();
        store.insert_session(&session, hookswitch_model::NodeId::generate(), far()).await.unwrap();
    }
    let [(erased, first), (ended, second)] = ids[..] else { panic!() };
    store.erase_session(tenant.scope, erased).await.unwrap();
    assert!(is_absent(&store.get_tool_for_session(tenant.scope, erased, first).await));
    assert_eq!(store.prune_payloads_any_tenant(later, 10).await.unwrap().tools, 0, "its session runs");
    store.end_session(tenant.scope, ended, EndReason::Ended, Stamp::now()).await.unwrap();
    assert_eq!(store.prune_payloads_any_tenant(Stamp::from_micros(5), 10).await.unwrap().tools, 0);
    assert_eq!(store.prune_payloads_any_tenant(later, 10).await.unwrap().tools, 1);
    assert!(is_absent(&store.get_tool_for_session(tenant.scope, ended, second).await));
}

async fn those_of_no_session_go(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let store = &fixture.store;
    for name in ["a", "b"] {
        let new = new_tool(&tenant, name);
        store.insert_session_tool(tenant.scope, SessionId::generate(), new, None).await.unwrap();
    }
    fixture.tool(&tenant, "stays").await;
    let later = Stamp::now().plus(Duration::from_mins(1));
    let pruned: Vec<u64> = [
        store.prune_payloads_any_tenant(later, 1).await,
        store.prune_payloads_any_tenant(later, 1).await,
        store.prune_payloads_any_tenant(later, 1).await,
    ]
    .map(|step| step.unwrap().tools)
    .to_vec();
    assert_eq!(pruned, [1, 1, 0], "in small steps");
    assert_eq!(store.count_tools(tenant.scope, &ToolFilter::default()).await.unwrap(), 1);
}

async fn sessions_are_counted(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("t").await, fixture.tenant("o").await);
    let store = &fixture.store;
    for _ in 0..3 {
        fixture.session(&tenant, None).await;
    }
    assert_eq!(store.count_sessions(tenant.scope).await.unwrap(), 3);
    let narrowed = Scope { project: Some(tenant.project.id), ..tenant.scope };
    assert_eq!(store.count_sessions(narrowed).await.unwrap(), 3);
    assert_eq!(store.count_sessions(other.scope).await.unwrap(), 0);
}
