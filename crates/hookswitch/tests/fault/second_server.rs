//! Two servers on one SQLite file would each believe that the acts are theirs: the second one does not start.

use std::time::Duration;

use crate::api::{Api, Ask};
use crate::server::Recipe;
use crate::upstream::{Manner, Upstream};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_file_is_refused() {
    let upstream = Upstream::start(Manner::Good(Duration::ZERO)).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), upstream.address());
    let first = recipe.start().await;
    let refused = recipe.try_start(0).await.unwrap_err();
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.text.contains("another server has"), "{}", refused.text);
    assert!(refused.text.contains("hookswitch.db"), "{}", refused.text);
    assert_eq!(Api::of(first.address).send(&Ask::get("/ready")).await.status, 200);

    // The file is free as soon as the first is gone, however it went.
    first.kill().await;
    recipe.start().await.stop().await;
}
