//! Properties over random sequences of events: those of a faithful engine mixed with stray ones. The watcher
//! keeps its own ledger from what it sees and knows nothing of the machine's insides.

mod moves;
mod truth;
mod watcher;
mod world;

use proptest::prelude::*;

use moves::{Move, moves};
use world::World;

fn play(voice: bool, moves: &[Move]) -> Result<World, String> {
    let mut world = World::new(voice);
    for a_move in moves {
        world.play(a_move)?;
    }
    Ok(world)
}

proptest! {
    // Twice the usual number, or twice `PROPTEST_CASES`.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases * 2,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn all_promises_are_kept_and_all_calls_answered(voice: bool, moves in moves(1..120)) {
        let mut world = play(voice, &moves).map_err(TestCaseError::fail)?;
        world.end().map_err(TestCaseError::fail)?;
    }

    #[test]
    fn without_an_end_quiet_calls_are_still_answered(voice: bool, moves in moves(1..80)) {
        let mut world = play(voice, &moves).map_err(TestCaseError::fail)?;
        world.settle_down().map_err(TestCaseError::fail)?;
    }

    #[test]
    fn the_same_events_give_the_same_orders(voice: bool, moves in moves(1..60)) {
        let first = play(voice, &moves).map_err(TestCaseError::fail)?;
        let second = play(voice, &moves).map_err(TestCaseError::fail)?;
        prop_assert_eq!(first.orders(), second.orders());
    }
}

/// The random sequences reach what the rules are about; else the properties would hold of nothing.
#[test]
fn the_moves_reach_every_kind_of_order() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..200 {
        let mut sequence = moves(60..120).new_tree(&mut runner).unwrap().current();
        if round % 4 == 1 {
            // A session of which nobody reports anything: only there does a token confirm.
            sequence.retain(|one| !matches!(one, Move::Reports(_) | Move::UserTurn));
        }
        let mut world = play(round % 2 == 0, &sequence).unwrap();
        world.end().unwrap();
        seen.extend(world.orders().iter().map(|order| {
            let text = format!("{order:?}");
            let end = text.find("reply:").unwrap_or(text.len());
            let kept: String = text[..end].chars().filter(|c| !c.is_ascii_digit()).collect();
            kept.split_whitespace()
                .filter(|word| !word.contains('_') || word.contains(':'))
                .collect::<String>()
        }));
    }
    for word in [
        "Execute",
        "Cancel{",
        "Conclude",
        "TellAsync",
        "TellLate",
        "SetTimer",
        "ClearTimer",
        "Say",
        "SpeakFirst",
        "MayCallTools",
        "MayInterrupt",
        "Warn",
        "Ended",
        "Result",
        "TimedOut",
        "SameAs",
        "Refused",
        "HeldUnknown",
        "ReadBack",
        "Started",
        "Cancelled",
        "with:Unknown",
        "already_done:true",
        "replayed:true",
        "replayed:false",
        "same:true",
        "same:false",
        "UserTurn",
        "Token",
        "FailedTooOften",
        "TooManyActs",
        "Busy",
        "NoChaining",
        "WaitingForResult",
        "TooManyCallsInTurn",
        "IdempotencyKeyReused",
        "AppGone",
        "ConfirmedTooSoon",
    ] {
        assert!(seen.iter().any(|order| order.contains(word)), "no order with `{word}` was reached");
    }
}
