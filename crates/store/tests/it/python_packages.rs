//! Python packages: locks outlive states, and what nobody uses is forgotten.

use hookswitch_model::Stamp;
use hookswitch_store::PythonPackages;

use crate::support::{Fixture, suite};

suite![a_lock_stays_when_a_rebuild_begins, what_nobody_uses_is_forgotten];

fn packages(key: &str) -> PythonPackages {
    PythonPackages {
        key: key.to_owned(),
        requirements: "requests\n".to_owned(),
        lock: Some("requests==2 …".to_owned()),
        state: "ready".to_owned(),
        reason: None,
    }
}

async fn a_lock_stays_when_a_rebuild_begins(fixture: Fixture) {
    let (store, now) = (&fixture.store, Stamp::now());
    store.save_python_packages_any_tenant(&packages("a"), now).await.unwrap();
    let building = PythonPackages { lock: None, state: "building".to_owned(), ..packages("a") };
    store.save_python_packages_any_tenant(&building, now).await.unwrap();
    let failed = PythonPackages { state: "failed".to_owned(), reason: Some("why".to_owned()), ..building };
    store.save_python_packages_any_tenant(&failed, now).await.unwrap();
    let known = store.python_packages_any_tenant(10, Stamp::from_micros(0)).await.unwrap();
    assert_eq!(known, [PythonPackages { lock: packages("a").lock, ..failed }]);
}

async fn what_nobody_uses_is_forgotten(fixture: Fixture) {
    let store = &fixture.store;
    for (key, micros) in [("old", 1_000), ("older", 500), ("new", 9_000)] {
        store.save_python_packages_any_tenant(&packages(key), Stamp::from_micros(micros)).await.unwrap();
    }
    store.touch_python_packages_any_tenant("old", Stamp::from_micros(10_000)).await.unwrap();
    let known = store.python_packages_any_tenant(10, Stamp::from_micros(2_000)).await.unwrap();
    assert_eq!(known.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["old", "new"]);
    let one = store.python_packages_any_tenant(1, Stamp::from_micros(0)).await.unwrap();
    assert_eq!(one.len(), 1);
}
