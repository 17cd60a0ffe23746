//! Lists of tools: filters, search, cursors.

use hookswitch_model::draft::Kind;
use hookswitch_model::name::{ProjectName, ToolName};
use hookswitch_model::{Dialect, ToolId};
use hookswitch_store::{Order, Page, ToolChanges, ToolFilter};

use crate::support::{Fixture, Tenant, new_tool, suite};

suite![
    filters_narrow_the_list,
    search_takes_every_character_as_itself,
    search_follows_changes,
    cursors_hold_under_inserts_and_deletes,
    newest_first_is_the_same_list_backwards,
    a_project_sees_its_own,
];

async fn names(fixture: &Fixture, tenant: &Tenant, filter: &ToolFilter) -> Vec<String> {
    let page = fixture.store.list_tools(tenant.scope, filter, &Page::default()).await.unwrap();
    let count = fixture.store.count_tools(tenant.scope, filter).await.unwrap();
    assert_eq!(count, page.items.len() as u64);
    page.items.into_iter().map(|tool| tool.name.as_str().to_owned()).collect()
}

fn searching(text: &str) -> ToolFilter {
    ToolFilter { search: Some(text.to_owned()), ..ToolFilter::default() }
}

async fn filters_narrow_the_list(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let mut tagged = new_tool(&tenant, "tagged");
    tagged.draft.tags = vec!["billing".to_owned()];
    tagged.draft.kind = Kind::Client;
    tagged.dialect = Dialect::Burki;
    fixture.store.insert_tool(tenant.scope, tagged, None).await.unwrap();
    let mut off = new_tool(&tenant, "off");
    off.enabled = false;
    fixture.store.insert_tool(tenant.scope, off, None).await.unwrap();
    let all = ToolFilter::default;
    assert_eq!(names(&fixture, &tenant, &all()).await, ["tagged", "off"]);
    let kind = ToolFilter { kind: Some(Kind::Client), ..all() };
    assert_eq!(names(&fixture, &tenant, &kind).await, ["tagged"]);
    let dialect = ToolFilter { dialect: Some(Dialect::Native), ..all() };
    assert_eq!(names(&fixture, &tenant, &dialect).await, ["off"]);
    let enabled = ToolFilter { enabled: Some(false), ..all() };
    assert_eq!(names(&fixture, &tenant, &enabled).await, ["off"]);
    let tag = ToolFilter { tag: Some("billing".to_owned()), ..all() };
    assert_eq!(names(&fixture, &tenant, &tag).await, ["tagged"]);
    let no_tag = ToolFilter { tag: Some("Billing".to_owned()), ..all() };
    assert!(names(&fixture, &tenant, &no_tag).await.is_empty());
}

async fn search_takes_every_character_as_itself(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    for name in ["100% sure", "under_score", "Grüße", "plain", "back\\slash", "quo'te"] {
        fixture.tool(&tenant, name).await;
    }
    for (text, found) in [
        ("%", vec!["100% sure"]),
        ("_", vec!["under_score"]),
        ("GRÜSS", vec![]),
        ("GRÜ", vec!["Grüße"]),
        ("PLAIN", vec!["plain"]),
        ("\\", vec!["back\\slash"]),
        ("'", vec!["quo'te"]),
        ("what plain does", vec!["plain"]),
    ] {
        assert_eq!(names(&fixture, &tenant, &searching(text)).await, found, "{text}");
    }
    let long = "x".repeat(100_000);
    assert!(names(&fixture, &tenant, &searching(&long)).await.is_empty());
}

async fn search_follows_changes(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "before").await;
    let mut draft = tool.draft.clone();
    draft.display_name = Some("Shown".to_owned());
    draft.tags = vec!["new".to_owned()];
    let changes = ToolChanges { draft: Some(draft), ..ToolChanges::default() };
    fixture.store.update_tool(tenant.scope, tool.id, None, changes, None).await.unwrap();
    let name = Some(ToolName::parse("after").unwrap());
    let changes = ToolChanges { name, ..ToolChanges::default() };
    fixture.store.update_tool(tenant.scope, tool.id, None, changes, None).await.unwrap();
    assert_eq!(names(&fixture, &tenant, &searching("shown")).await, ["after"]);
    assert_eq!(names(&fixture, &tenant, &searching("after")).await, ["after"]);
    let tag = ToolFilter { tag: Some("new".to_owned()), ..ToolFilter::default() };
    assert_eq!(names(&fixture, &tenant, &tag).await, ["after"]);
}

async fn ids(fixture: &Fixture, tenant: &Tenant, order: Order, page: &Page) -> (Vec<ToolId>, Option<Page>) {
    let filter = ToolFilter { order, ..ToolFilter::default() };
    let found = fixture.store.list_tools(tenant.scope, &filter, page).await.unwrap();
    let next = found.next.map(|cursor| {
        // Through its text, as clients carry it.
        let after = Some(cursor.to_string().parse().unwrap());
        Page { limit: page.limit, after }
    });
    (found.items.into_iter().map(|tool| tool.id).collect(), next)
}

async fn cursors_hold_under_inserts_and_deletes(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let mut made = Vec::new();
    for index in 0..7 {
        made.push(fixture.tool(&tenant, &format!("tool {index}")).await.id);
    }
    let (first, next) = ids(&fixture, &tenant, Order::OldestFirst, &Page::first(3)).await;
    assert_eq!(first, made[..3]);
    fixture.store.delete_tool(tenant.scope, made[2]).await.unwrap();
    made.push(fixture.tool(&tenant, "late").await.id);
    let (second, next) = ids(&fixture, &tenant, Order::OldestFirst, &next.unwrap()).await;
    assert_eq!(second, made[3..6], "nothing is skipped or shown twice");
    let (third, next) = ids(&fixture, &tenant, Order::OldestFirst, &next.unwrap()).await;
    assert_eq!(third, made[6..]);
    assert!(next.is_none());
}

async fn newest_first_is_the_same_list_backwards(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let mut made = Vec::new();
    for index in 0..5 {
        made.push(fixture.tool(&tenant, &format!("tool {index}")).await.id);
    }
    made.reverse();
    let (first, next) = ids(&fixture, &tenant, Order::NewestFirst, &Page::first(2)).await;
    fixture.tool(&tenant, "newer still").await;
    let (second, _) = ids(&fixture, &tenant, Order::NewestFirst, &next.unwrap()).await;
    assert_eq!([first, second].concat(), made[..4]);
}

async fn a_project_sees_its_own(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let name = ProjectName::parse("support").unwrap();
    let support = fixture.store.create_project(tenant.scope.org, &name).await.unwrap();
    fixture.tool(&tenant, "of main").await;
    let narrowed = Tenant { scope: tenant.scope.in_project(support.id), project: support };
    fixture.tool(&narrowed, "of support").await;
    assert_eq!(names(&fixture, &narrowed, &ToolFilter::default()).await, ["of support"]);
    assert_eq!(names(&fixture, &tenant, &ToolFilter::default()).await, ["of main", "of support"]);
    let outside = fixture.store.insert_tool(narrowed.scope, new_tool(&tenant, "stray"), None).await;
    assert!(matches!(outside, Err(hookswitch_store::StoreError::NotFound)), "{outside:?}");
}
