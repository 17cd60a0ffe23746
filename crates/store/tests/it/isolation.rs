//! Another tenant's ids are not there: every function that takes a scope is called with the scope of another
//! organisation, with the other mode, and with another project.

use std::collections::BTreeSet;

use hookswitch_model::binding::Binding;
use hookswitch_model::execution::ActState;
use hookswitch_model::key::{ApiKey, Permission};
use hookswitch_model::name::{ProjectName, SecretName};
use hookswitch_model::session::EndReason;
use hookswitch_model::{KeyId, Mode, Outcome, ProjectId, Scope, SealId, Stamp};
use hookswitch_store::{
    AgentFilter, AnswerClaim, AnswerKey, ExecutionFilter, NewSeal, NewSigningKey, Page, SessionFilter,
    StoreError, StoredAnswer, ToolChanges, ToolFilter,
};
use serde_json::Map;

use crate::support::{Fixture, act_of, agent_draft, ended, event_of, far, new_tool, outcome_of, suite};

suite![nothing_is_seen_or_changed_from_outside, an_insert_can_not_reach_another_org];

macro_rules! not_found {
    ($($call:expr),+ $(,)?) => {$(
        let answer = $call.await;
        assert!(matches!(answer, Err(StoreError::NotFound)), "{}: {answer:?}", stringify!($call));
    )+};
}

macro_rules! empty {
    ($($call:expr),+ $(,)?) => {$(
        let answer = $call.await.unwrap().items;
        assert!(answer.is_empty(), "{}: {answer:?}", stringify!($call));
    )+};
}

macro_rules! none {
    ($($call:expr),+ $(,)?) => {$(
        let answer = $call.await.unwrap();
        assert!(answer.is_none(), "{}: {answer:?}", stringify!($call));
    )+};
}

async fn nothing_is_seen_or_changed_from_outside(fixture: Fixture) {
    let (owner, stranger) = (fixture.tenant("owner").await, fixture.tenant("stranger").await);
    let (store, scope, page) = (&fixture.store, owner.scope, Page::default());
    let seal = SealId::generate();
    let mut new = new_tool(&owner, "tool");
    new.seals.push(NewSeal { id: seal, purpose: "header".to_owned(), sealed: vec![1] });
    new.signing = Some(NewSigningKey { sealed: vec![2] });
    let tool = store.insert_tool(scope, new, None).await.unwrap();
    let agent = fixture.agent(&owner, "agent").await;
    let binding = Binding {
        agent: agent.id,
        tool: tool.id,
        enabled: true,
        config: Map::new(),
        changes: hookswitch_model::changes::DraftChanges::default(),
        created_at: Stamp::now(),
        updated_at: Stamp::now(),
    };
    store.put_binding(scope, &binding, vec![]).await.unwrap();
    let secret = store.put_secret(scope, &SecretName::parse("api").unwrap(), &[3], "aa").await.unwrap();
    let session = fixture.session(&owner, Some(agent.id)).await;
    let writer = fixture.writer();
    let (act, execution) = act_of(&session, tool.id);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    let done = ended(execution.clone(), Outcome::Done);
    let events = vec![event_of(session.id, 1)];
    writer.outcome(outcome_of(&act, ActState::Done), done, events, None).await.unwrap();
    let key = AnswerKey { key_hash: [1; 32], route: "POST /x".to_owned(), body_hash: [2; 32] };
    let answer = StoredAnswer { status: 200, sealed: vec![6] };
    store.remember_answer(scope, &key, &answer, far()).await.unwrap();

    let project = store.create_project(scope.org, &ProjectName::parse("side").unwrap()).await.unwrap();
    let outside = [stranger.scope, Scope::new(scope.org, Mode::Test), scope.in_project(project.id)];
    for other in outside {
        let no_changes = ToolChanges::default;
        let rotated = NewSigningKey { sealed: vec![9] };
        not_found![
            store.get_tool(other, tool.id),
            store.update_tool(other, tool.id, None, no_changes(), None),
            store.set_tool_enabled(other, tool.id, false),
            store.delete_tool(other, tool.id),
            store.list_versions(other, tool.id, &page),
            store.get_version(other, tool.id, 1),
            store.tool_at_version(other, tool.id, 1),
            store.rotate_signing_key(other, tool.id, rotated, Stamp::now()),
            store.tool_stats(other, tool.id),
            store.binding_stats(other, agent.id, tool.id),
            store.get_agent(other, agent.id),
            store.update_agent(other, agent.id, &agent_draft("taken")),
            store.delete_agent(other, agent.id),
            store.list_bindings(other, agent.id),
            store.get_binding(other, agent.id, tool.id),
            store.put_binding(other, &binding, vec![]),
            store.replace_bindings(other, agent.id, vec![], vec![]),
            store.delete_binding(other, agent.id, tool.id),
            store.get_session(other, session.id),
            store.end_session(other, session.id, EndReason::Ended, Stamp::now()),
            store.save_variables(other, session.id, 1, &Map::new()),
            store.list_events(other, session.id, 0, 10),
            store.erase_session(other, session.id),
            store.get_act(other, act.id),
            store.get_execution(other, execution.id),
        ];
        none![
            store.tool_by_name(other, "tool"),
            store.tool_by_number(other, tool.number),
            store.agent_by_name(other, owner.project.id, "agent"),
            store.agent_by_number(other, agent.number),
            store.session_by_number(other, session.number),
        ];
        empty![
            store.list_tools(other, &ToolFilter::default(), &page),
            store.list_agents(other, &AgentFilter::default(), &page),
            store.list_sessions(other, &SessionFilter::default(), &page),
            store.list_executions(other, &ExecutionFilter::default(), &page),
        ];
        assert!(store.tools_by_ids(other, &[tool.id]).await.unwrap().is_empty());
        assert!(store.stats_of_tools(other, &[tool.id]).await.unwrap().is_empty());
        assert!(store.list_signing_keys(other, tool.id).await.unwrap().is_empty());
        assert_eq!(store.percentiles(other, tool.id, None).await.unwrap().count, 0);
        assert_eq!(store.count_tools(other, &ToolFilter::default()).await.unwrap(), 0);
    }
    // Projects share the tools of bindings, seals, secrets and kept answers.
    for other in &outside[..2] {
        let other = *other;
        not_found![
            store.bindings_of_tool(other, tool.id, &page),
            store.get_seal(other, seal),
            store.get_secret(other, "api"),
            store.get_secret_by_id(other, secret.id),
            store.get_sealed_secret(other, "api"),
            store.delete_secret(other, "api"),
            store.delete_secret_by_id(other, secret.id),
        ];
        none![store.recall_answer(other, &key, Stamp::now())];
        empty![store.list_secrets(other, &page)];
        store.release_answer(other, &key).await.unwrap();
        let claim = store.claim_answer(other, &key, Stamp::now(), far()).await.unwrap();
        assert_eq!(claim, AnswerClaim::Run, "the same key of another tenant is another key");
    }
    assert_eq!(store.get_tool(scope, tool.id).await.unwrap(), tool);
    assert_eq!(store.get_agent(scope, agent.id).await.unwrap(), agent);
    assert_eq!(store.get_session(scope, session.id).await.unwrap(), session);
    assert_eq!(store.get_secret(scope, "api").await.unwrap(), secret);
    assert_eq!(store.list_signing_keys(scope, tool.id).await.unwrap().len(), 1);
    let kept = store.recall_answer(scope, &key, Stamp::now()).await.unwrap();
    assert_eq!(kept, Some(AnswerClaim::Done(answer)));
}

async fn an_insert_can_not_reach_another_org(fixture: Fixture) {
    let (owner, stranger) = (fixture.tenant("owner").await, fixture.tenant("stranger").await);
    let store = &fixture.store;
    let foreign_agent = fixture.agent(&stranger, "theirs").await.id;
    let mut session = crate::support::new_session(&owner, Some(foreign_agent));
    let node = hookswitch_model::NodeId::generate();
    not_found![store.insert_session(&session, node, far())];
    session.agent = None;
    session.project = stranger.project.id;
    let key = ApiKey {
        id: KeyId::generate(),
        org: owner.scope.org,
        project: stranger.project.id,
        mode: Mode::Live,
        name: "k".to_owned(),
        hint: "hs".to_owned(),
        permissions: BTreeSet::from([Permission::Admin]),
        created_at: Stamp::now(),
        expires_at: None,
        revoked_at: None,
    };
    let (mine, theirs) = (owner.scope, stranger.project.id);
    let id = hookswitch_model::AgentId::generate();
    not_found![
        store.insert_session(&session, node, far()),
        store.insert_key(&key, &[1; 32]),
        store.get_key(mine, key.id),
        store.revoke_key(mine, key.id, Stamp::now()),
        store.insert_tool(mine, hookswitch_store::NewTool { project: theirs, ..new_tool(&owner, "x") }, None),
        store.insert_agent(mine, theirs, id, agent_draft("x")),
        store.get_project(mine.org, theirs),
        store.create_project(hookswitch_model::OrgId::generate(), &ProjectName::parse("p").unwrap()),
        store.get_org(hookswitch_model::OrgId::generate()),
    ];
    assert!(store.project_by_name(mine.org, "nobody's").await.unwrap().is_none());
    assert!(matches!(store.get_project(mine.org, ProjectId::generate()).await, Err(StoreError::NotFound)));
}
