//! Projects renamed, set and removed; tokens; values beside agents.

use std::time::Duration;

use hookswitch_model::name::ProjectName;
use hookswitch_model::{AgentId, Mode, Scope, SealId, Stamp};
use hookswitch_store::{AccessToken, LAST_PROJECT, Page, ProjectSettings, SealedPlace, StoreError};

use crate::support::{Fixture, agent_draft, suite};

suite![
    a_project_takes_another_name,
    settings_belong_to_a_mode,
    a_default_agent_is_one_of_the_project,
    a_removed_project_takes_its_tools_and_agents,
    the_last_project_stays,
    a_project_of_both_modes_is_kept_from_one,
    agents_count_their_changes,
    tokens_open_until_they_expire,
    values_beside_agents_go_with_them,
];

fn name(text: &str) -> ProjectName {
    ProjectName::parse(text).unwrap()
}

async fn a_project_takes_another_name(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (store, org) = (&fixture.store, tenant.scope.org);
    let other = store.create_project(org, &name("other")).await.unwrap();
    store.rename_project(org, other.id, &name("sales")).await.unwrap();
    assert_eq!(store.get_project(org, other.id).await.unwrap().name.as_str(), "sales");
    let taken = store.rename_project(org, other.id, &name("main")).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: "project name" })), "{taken:?}");
    let stranger = fixture.tenant("s").await.scope.org;
    let foreign = store.rename_project(stranger, other.id, &name("mine")).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
}

async fn settings_belong_to_a_mode(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (store, scope, project) = (&fixture.store, tenant.scope, tenant.project.id);
    assert_eq!(store.project_settings(scope, project).await.unwrap(), ProjectSettings::default());
    let agent = fixture.agent(&tenant, "a").await;
    let set = ProjectSettings { default_agent: Some(agent.id), most_sessions: Some(7) };
    store.put_project_settings(scope, project, set).await.unwrap();
    assert_eq!(store.project_settings(scope, project).await.unwrap(), set);
    let test = Scope { mode: Mode::Test, ..scope };
    assert_eq!(store.project_settings(test, project).await.unwrap(), ProjectSettings::default());
    store.delete_agent(scope, agent.id).await.unwrap();
    let left = store.project_settings(scope, project).await.unwrap();
    assert_eq!(left, ProjectSettings { default_agent: None, most_sessions: Some(7) });
    assert_eq!(store.count_open_sessions(scope, project).await.unwrap(), 0);
}

async fn a_default_agent_is_one_of_the_project(fixture: Fixture) {
    let (tenant, stranger) = (fixture.tenant("t").await, fixture.tenant("s").await);
    let agent = fixture.agent(&stranger, "a").await;
    let set = ProjectSettings { default_agent: Some(agent.id), most_sessions: None };
    let refused = fixture.store.put_project_settings(tenant.scope, tenant.project.id, set).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

async fn a_removed_project_takes_its_tools_and_agents(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (store, scope, main) = (&fixture.store, tenant.scope, tenant.project.id);
    let tool = fixture.tool(&tenant, "one").await;
    let agent = fixture.agent(&tenant, "a").await;
    let heir = store.create_project(scope.org, &name("heir")).await.unwrap();
    let removed = store.delete_project(scope.org, main, None).await.unwrap();
    assert_eq!(removed.tools, [tool.id]);
    assert!(matches!(store.get_project(scope.org, main).await, Err(StoreError::NotFound)));
    assert!(matches!(store.get_tool(scope, tool.id).await, Err(StoreError::NotFound)));
    assert!(matches!(store.get_agent(scope, agent.id).await, Err(StoreError::NotFound)));
    for key in store.list_keys(scope, &Page::default()).await.unwrap().items {
        assert_eq!(key.project, heir.id);
    }
}

async fn the_last_project_stays(fixture: Fixture) {
    let (tenant, stranger) = (fixture.tenant("t").await, fixture.tenant("s").await);
    let store = &fixture.store;
    let refused = store.delete_project(tenant.scope.org, tenant.project.id, None).await;
    assert!(matches!(refused, Err(StoreError::Conflict { what: LAST_PROJECT })), "{refused:?}");
    let foreign = store.delete_project(tenant.scope.org, stranger.project.id, None).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
}

async fn a_project_of_both_modes_is_kept_from_one(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (store, org) = (&fixture.store, tenant.scope.org);
    let other = store.create_project(org, &name("other")).await.unwrap();
    store.insert_agent(tenant.scope, other.id, AgentId::generate(), agent_draft("live")).await.unwrap();
    let refused = store.delete_project(org, other.id, Some(Mode::Test)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    store.delete_project(org, other.id, Some(Mode::Live)).await.unwrap();
}

async fn agents_count_their_changes(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let agent = fixture.agent(&tenant, "a").await;
    let store = &fixture.store;
    assert_eq!(store.agent_version(tenant.scope, agent.id).await.unwrap(), 1);
    store.update_agent(tenant.scope, agent.id, &agent_draft("b")).await.unwrap();
    assert_eq!(store.agent_version(tenant.scope, agent.id).await.unwrap(), 2);
}

async fn tokens_open_until_they_expire(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let store = &fixture.store;
    let key = crate::tenants::key_of(&tenant, Mode::Live);
    let key = hookswitch_model::key::ApiKey { expires_at: None, ..key };
    store.insert_key(&key, &[9; 32]).await.unwrap();
    let now = Stamp::now();
    let token = AccessToken {
        org: tenant.scope.org,
        mode: Mode::Live,
        project: tenant.project.id,
        agent: None,
        label: Some("front desk".to_owned()),
        origins: vec!["https://app.example.com".to_owned()],
        minted_by: key.id,
        created_at: now,
        expires_at: now.plus(Duration::from_mins(1)),
    };
    store.insert_access_token(tenant.scope, &token, &[1; 32]).await.unwrap();
    assert_eq!(store.access_token_by_hash_any_tenant(&[1; 32], now).await.unwrap(), Some(token.clone()));
    assert_eq!(store.access_token_by_hash_any_tenant(&[2; 32], now).await.unwrap(), None);
    assert_eq!(store.access_token_by_hash_any_tenant(&[1; 32], token.expires_at).await.unwrap(), None);
    let other = fixture.tenant("other").await;
    let test = Scope::new(tenant.scope.org, Mode::Test);
    for scope in [other.scope, test] {
        let refused = store.insert_access_token(scope, &token, &[3; 32]).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    let later = AccessToken {
        created_at: now.plus(Duration::from_mins(3)),
        expires_at: now.plus(Duration::from_mins(4)),
        ..token.clone()
    };
    store.insert_access_token(tenant.scope, &later, &[4; 32]).await.unwrap();
    assert_eq!(crate::raw::count_of(&fixture, "access_tokens").await, 1, "the expired one went");
    assert_eq!(store.access_token_by_hash_any_tenant(&[4; 32], now).await.unwrap(), Some(later));
    store.revoke_key(tenant.scope, key.id, now).await.unwrap();
    assert_eq!(store.access_token_by_hash_any_tenant(&[4; 32], now).await.unwrap(), None);
}

async fn values_beside_agents_go_with_them(fixture: Fixture) {
    let (tenant, stranger) = (fixture.tenant("t").await, fixture.tenant("s").await);
    let store = &fixture.store;
    let agent = fixture.agent(&tenant, "a").await.id;
    let (one, two) = (SealId::generate(), SealId::generate());
    let new = vec![(one, vec![1]), (two, vec![2])];
    store.put_agent_seals(tenant.scope, agent, new, &[]).await.unwrap();
    assert_eq!(store.get_agent_seal(tenant.scope, agent, one).await.unwrap(), [1]);
    assert!(matches!(store.get_agent_seal(stranger.scope, agent, one).await, Err(StoreError::NotFound)));
    let rows = store.sealed_rows_any_tenant(None, 100).await.unwrap();
    let places: Vec<SealedPlace> = rows.iter().map(|row| row.place).collect();
    assert!(places.contains(&SealedPlace::AgentSeal(one)), "{places:?}");
    assert!(store.replace_sealed_any_tenant(&SealedPlace::AgentSeal(one), &[1], &[3]).await.unwrap());
    store.put_agent_seals(tenant.scope, agent, Vec::new(), &[one]).await.unwrap();
    assert_eq!(store.get_agent_seal(tenant.scope, agent, one).await.unwrap(), [3]);
    assert_eq!(store.agent_seal_ids(tenant.scope, agent).await.unwrap(), [one]);
    store.delete_agent(tenant.scope, agent).await.unwrap();
    assert!(store.sealed_rows_any_tenant(None, 100).await.unwrap().is_empty());
}
