//! Agents and bindings.

use hookswitch_model::binding::{Binding, sealed_value};
use hookswitch_model::changes::DraftChanges;
use hookswitch_model::{AgentId, SealId, Stamp, ToolId};
use hookswitch_store::{AgentFilter, NewSeal, Page, StoreError};
use serde_json::{Map, json};

use crate::support::{Fixture, agent_draft, object, suite};

suite![
    an_agent_comes_back_as_it_went_in,
    agent_names_are_unique_per_project,
    bindings_are_replaced_all_or_nothing,
    bindings_keep_their_order,
    seals_of_a_binding_go_with_it,
    bindings_of_a_tool_are_listed,
];

fn binding(agent: AgentId, tool: ToolId) -> Binding {
    let now = Stamp::now();
    let changes = DraftChanges::default();
    Binding { agent, tool, enabled: true, config: Map::new(), changes, created_at: now, updated_at: now }
}

async fn an_agent_comes_back_as_it_went_in(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (store, made) = (&fixture.store, fixture.agent(&tenant, "Desk").await);
    assert_eq!(store.get_agent(tenant.scope, made.id).await.unwrap(), made);
    let by_name = store.agent_by_name(tenant.scope, tenant.project.id, "Desk").await.unwrap();
    assert_eq!(by_name, Some(made.clone()));
    assert_eq!(store.agent_by_number(tenant.scope, made.number).await.unwrap(), Some(made.clone()));
    let changed = store.update_agent(tenant.scope, made.id, &agent_draft("Front desk")).await.unwrap();
    assert_eq!(changed.draft.name.as_str(), "Front desk");
    let filter = AgentFilter { name: Some("Front desk".to_owned()), ..AgentFilter::default() };
    assert_eq!(store.list_agents(tenant.scope, &filter, &Page::default()).await.unwrap().items, [changed]);
    store.delete_agent(tenant.scope, made.id).await.unwrap();
    assert!(matches!(store.get_agent(tenant.scope, made.id).await, Err(StoreError::NotFound)));
}

async fn agent_names_are_unique_per_project(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let other = fixture.agent(&tenant, "B").await;
    fixture.agent(&tenant, "A").await;
    let renamed = fixture.store.update_agent(tenant.scope, other.id, &agent_draft("A")).await;
    assert!(matches!(renamed, Err(StoreError::Conflict { what: "agent name" })), "{renamed:?}");
    let name = hookswitch_model::name::ProjectName::parse("support").unwrap();
    let support = fixture.store.create_project(tenant.scope.org, &name).await.unwrap();
    let id = AgentId::generate();
    fixture.store.insert_agent(tenant.scope, support.id, id, agent_draft("A")).await.unwrap();
}

async fn bindings_are_replaced_all_or_nothing(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("t").await, fixture.tenant("other").await);
    let (agent, one, two) = (
        fixture.agent(&tenant, "A").await.id,
        fixture.tool(&tenant, "one").await.id,
        fixture.tool(&tenant, "two").await.id,
    );
    let foreign = fixture.tool(&other, "foreign").await.id;
    let first =
        fixture.store.replace_bindings(tenant.scope, agent, vec![binding(agent, one)], vec![]).await.unwrap();
    let wanted = vec![binding(agent, two), binding(agent, foreign)];
    let refused = fixture.store.replace_bindings(tenant.scope, agent, wanted, vec![]).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    assert_eq!(fixture.store.list_bindings(tenant.scope, agent).await.unwrap(), first);
    let twice = vec![binding(agent, two), binding(agent, two)];
    let refused = fixture.store.replace_bindings(tenant.scope, agent, twice, vec![]).await;
    assert!(matches!(refused, Err(StoreError::Conflict { what: "binding" })), "{refused:?}");
    assert_eq!(fixture.store.list_bindings(tenant.scope, agent).await.unwrap(), first);
}

async fn bindings_keep_their_order(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let agent = fixture.agent(&tenant, "A").await.id;
    let mut tools = Vec::new();
    for name in ["one", "two", "three"] {
        tools.push(fixture.tool(&tenant, name).await.id);
    }
    let order = |bindings: Vec<Binding>| bindings.iter().map(|binding| binding.tool).collect::<Vec<_>>();
    let wanted = vec![binding(agent, tools[2]), binding(agent, tools[0])];
    let set = fixture.store.replace_bindings(tenant.scope, agent, wanted, vec![]).await.unwrap();
    let made_at = set[1].created_at;
    assert_eq!(order(set), [tools[2], tools[0]]);
    fixture.store.put_binding(tenant.scope, &binding(agent, tools[1]), vec![]).await.unwrap();
    let mut again = binding(agent, tools[0]);
    again.config = object(&json!({"city": "Bonn"}));
    let put = fixture.store.put_binding(tenant.scope, &again, vec![]).await.unwrap();
    assert_eq!((put.config, put.created_at), (again.config, made_at));
    let listed = fixture.store.list_bindings(tenant.scope, agent).await.unwrap();
    assert_eq!(order(listed), [tools[2], tools[0], tools[1]]);
    fixture.store.delete_binding(tenant.scope, agent, tools[2]).await.unwrap();
    let gone = fixture.store.delete_binding(tenant.scope, agent, tools[2]).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
}

async fn seals_of_a_binding_go_with_it(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (agent, tool) = (fixture.agent(&tenant, "A").await.id, fixture.tool(&tenant, "one").await.id);
    let seal = NewSeal { id: SealId::generate(), purpose: "config.key".to_owned(), sealed: vec![9] };
    let mut wanted = binding(agent, tool);
    wanted.config.insert("key".to_owned(), sealed_value(seal.id));
    fixture.store.put_binding(tenant.scope, &wanted, vec![seal.clone()]).await.unwrap();
    assert_eq!(fixture.store.get_seal(tenant.scope, seal.id).await.unwrap().sealed, [9]);
    fixture.store.replace_bindings(tenant.scope, agent, vec![], vec![]).await.unwrap();
    assert!(matches!(fixture.store.get_seal(tenant.scope, seal.id).await, Err(StoreError::NotFound)));

    let seals = vec![(tool, seal.clone())];
    fixture.store.replace_bindings(tenant.scope, agent, vec![wanted], seals).await.unwrap();
    fixture.store.delete_agent(tenant.scope, agent).await.unwrap();
    assert!(matches!(fixture.store.get_seal(tenant.scope, seal.id).await, Err(StoreError::NotFound)));
    let stray = fixture.store.list_bindings(tenant.scope, agent).await;
    assert!(matches!(stray, Err(StoreError::NotFound)), "{stray:?}");
}

async fn bindings_of_a_tool_are_listed(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await.id;
    let mut agents = Vec::new();
    for name in ["A", "B", "C"] {
        let agent = fixture.agent(&tenant, name).await.id;
        fixture.store.put_binding(tenant.scope, &binding(agent, tool), vec![]).await.unwrap();
        agents.push(agent);
    }
    let first = fixture.store.bindings_of_tool(tenant.scope, tool, &Page::first(2)).await.unwrap();
    let page = Page { limit: 2, after: first.next };
    let rest = fixture.store.bindings_of_tool(tenant.scope, tool, &page).await.unwrap();
    let seen: Vec<AgentId> = first.items.iter().chain(&rest.items).map(|binding| binding.agent).collect();
    assert_eq!(seen, agents);
    fixture.store.delete_tool(tenant.scope, tool).await.unwrap();
    assert!(fixture.store.list_bindings(tenant.scope, agents[0]).await.unwrap().is_empty());
}
