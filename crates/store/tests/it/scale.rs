//! A large registry: the database finds a tenant's tools by index, not by reading all.

use hookswitch_store::{Page, ToolFilter};

use crate::support::{Fixture, suite};

suite![a_tenant_is_found_by_index];

async fn a_tenant_is_found_by_index(fixture: Fixture) {
    let mut tenants = Vec::new();
    for index in 0..20 {
        let tenant = fixture.tenant(&format!("org {index}")).await;
        for tool in 0..5 {
            fixture.tool(&tenant, &format!("tool {tool}")).await;
        }
        tenants.push(tenant);
    }
    let found =
        fixture.store.list_tools(tenants[7].scope, &ToolFilter::default(), &Page::default()).await.unwrap();
    assert_eq!(found.items.len(), 5);
    for condition in [
        "org = '0' and mode = 'live' and number > 7 order by number limit 10",
        "org = '0' and mode = 'live' and name = 'tool 1'",
        "number = 7",
    ] {
        let text = format!("select number from tools where {condition}");
        let plan = crate::raw::plan_of(&fixture, &text).await;
        assert!(plan.to_lowercase().contains("index") || plan.contains("PRIMARY KEY"), "{plan}");
        assert!(!plan.contains("SCAN tools") && !plan.contains("Seq Scan"), "{plan}");
    }
}
