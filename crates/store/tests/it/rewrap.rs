//! Walking over everything that is sealed.

use hookswitch_model::name::SecretName;
use hookswitch_model::{SealId, Stamp};
use hookswitch_store::{AnswerKey, NewSeal, NewSigningKey, SealedPlace, StoredAnswer};

use crate::support::{Fixture, far, new_tool, suite};

suite![a_walk_meets_every_sealed_value_once, a_value_set_anew_is_not_swapped];

fn event_webhook(tenant: &crate::support::Tenant) -> hookswitch_model::event_webhook::EventWebhook {
    hookswitch_model::event_webhook::EventWebhook {
        id: hookswitch_model::EventWebhookId::generate(),
        org: tenant.scope.org,
        mode: tenant.scope.mode,
        project: None,
        session: None,
        url: "https://a.example".to_owned(),
        description: String::new(),
        kinds: std::collections::BTreeSet::new(),
        form: hookswitch_model::event_webhook::EventForm::Standard,
        enabled: true,
        disabled_because: None,
        failing_since: None,
        created_at: Stamp::now(),
        updated_at: Stamp::now(),
    }
}

async fn walk(fixture: &Fixture, limit: u32) -> Vec<hookswitch_store::SealedRow> {
    let mut seen = Vec::new();
    let mut after: Option<SealedPlace> = None;
    loop {
        let rows = fixture.store.sealed_rows_any_tenant(after.as_ref(), limit).await.unwrap();
        let Some(last) = rows.last() else { return seen };
        after = Some(last.place);
        seen.extend(rows);
    }
}

async fn a_walk_meets_every_sealed_value_once(fixture: Fixture) {
    let mut expected = Vec::new();
    for (index, name) in (0_u8..).zip(["one", "two"]) {
        let tenant = fixture.tenant(name).await;
        let byte = |kind: u8| vec![index * 10 + kind];
        let mut new = new_tool(&tenant, "tool");
        new.signing = Some(NewSigningKey { sealed: byte(1) });
        for kind in [2, 3] {
            let (id, purpose) = (SealId::generate(), "header".to_owned());
            new.seals.push(NewSeal { id, purpose, sealed: byte(kind) });
        }
        let tool = fixture.store.insert_tool(tenant.scope, new, None).await.unwrap();
        let next = NewSigningKey { sealed: byte(4) };
        fixture.store.rotate_signing_key(tenant.scope, tool.id, next, Stamp::now()).await.unwrap();
        let secret = SecretName::parse("API").unwrap();
        fixture.store.put_secret(tenant.scope, &secret, &byte(5), "aa").await.unwrap();
        let key = AnswerKey { key_hash: [1; 32], route: "POST /x".to_owned(), body_hash: [2; 32] };
        let answer = StoredAnswer { status: 200, sealed: byte(6) };
        fixture.store.remember_answer(tenant.scope, &key, &answer, far()).await.unwrap();
        let open = AnswerKey { key_hash: [3; 32], ..key };
        fixture.store.claim_answer(tenant.scope, &open, Stamp::now(), far()).await.unwrap();
        let webhook = event_webhook(&tenant);
        let key = NewSigningKey { sealed: byte(7) };
        fixture.store.insert_event_webhook(&webhook, Some(key), 1).await.unwrap();
        expected.extend((1..=7).map(|kind| (tenant.scope.org, byte(kind))));
    }
    expected.sort();
    for limit in [1, 3, 5, 100] {
        let rows = walk(&fixture, limit).await;
        let mut seen: Vec<_> = rows.into_iter().map(|row| (row.org, row.sealed)).collect();
        seen.sort();
        assert_eq!(seen, expected, "in steps of {limit}");
    }
    for row in walk(&fixture, 100).await {
        let new = [row.sealed.as_slice(), &[99]].concat();
        assert!(fixture.store.replace_sealed_any_tenant(&row.place, &row.sealed, &new).await.unwrap());
    }
    assert!(walk(&fixture, 100).await.iter().all(|row| row.sealed.ends_with(&[99])));
}

async fn a_value_set_anew_is_not_swapped(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let name = SecretName::parse("API").unwrap();
    fixture.store.put_secret(tenant.scope, &name, &[1], "aa").await.unwrap();
    let row = walk(&fixture, 10).await.remove(0);
    assert_eq!(row.purpose, "API");
    fixture.store.put_secret(tenant.scope, &name, &[2], "bb").await.unwrap();
    assert!(!fixture.store.replace_sealed_any_tenant(&row.place, &row.sealed, &[7]).await.unwrap());
    assert_eq!(fixture.store.get_sealed_secret(tenant.scope, "api").await.unwrap().sealed, [2]);
}
