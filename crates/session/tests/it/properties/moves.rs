//! Random moves. Numbers pick among what there is when the move is played.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::speech::DelayedLine;
use hookswitch_model::{Effect, Millis, Outcome, Repeats};
use hookswitch_session::CallRules;
use proptest::prelude::*;

/// Something that happens.
#[derive(Debug, Clone)]
pub(super) enum Move {
    Ask {
        tool: usize,
        arguments: u8,
        id: Option<u8>,
        key: Option<u8>,
        with_token: bool,
        has_line: bool,
    },
    AskInVain,
    Send(usize),
    Finish {
        pick: usize,
        outcome: Outcome,
        timed_out: bool,
    },
    Late {
        pick: usize,
        outcome: Outcome,
    },
    Settle {
        pick: usize,
        outcome: Outcome,
    },
    UserSpeaks(bool),
    AgentSpeaks(bool),
    UserTurn,
    Interrupt,
    CannotSpeak(usize),
    Drop(u8),
    Fire(usize),
    Wait(u64),
    LoseApp,
    Reports(bool),
    /// A report about a call that may be waiting, ended or not there at all.
    StrayFinish {
        number: u64,
        outcome: Outcome,
    },
    StraySent(u64),
    StrayTimer(u64),
}

/// The tools of every sequence.
pub(super) fn tools() -> Vec<Arc<CallRules>> {
    let declared = |effect| CallRules { effect_declared: true, ..CallRules::new(effect) };
    let mut tools = vec![
        declared(Effect::Read),
        CallRules { cache_for: Some(Duration::from_secs(20)), ..declared(Effect::Read) },
        declared(Effect::Action),
        CallRules::new(Effect::Action),
        declared(Effect::Idempotent),
        declared(Effect::Irreversible),
        CallRules { repeats: Repeats::Never, ..declared(Effect::Action) },
        CallRules { repeats: Repeats::Free, ..declared(Effect::Action) },
        CallRules { is_client: true, ..declared(Effect::Action) },
    ];
    let mut with = |effect, change: fn(&mut CallRules)| {
        let mut rules = declared(effect);
        change(&mut rules);
        tools.push(rules);
    };
    with(Effect::Action, |rules| {
        rules.speech.is_async = true;
        rules.speech.wait_for_response = true;
    });
    with(Effect::Read, |rules| rules.speech.is_async = true);
    with(Effect::Action, |rules| {
        rules.speech.require_speech_before = true;
        rules.speech.wait_for_speech_before = true;
        rules.speech.line = Some("One second.".to_owned());
        rules.speech.delayed = vec![DelayedLine { after_ms: Millis(800), text: "Nearly.".to_owned() }];
    });
    with(Effect::Read, |rules| {
        rules.speech.uninterruptible = true;
        rules.speech.allow_chaining = false;
        rules.speech.can_run_during_user_speech = true;
    });
    tools.into_iter().map(Arc::new).collect()
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        5 => Just(Outcome::Done),
        4 => Just(Outcome::Failed),
        4 => Just(Outcome::Unknown),
        1 => Just(Outcome::Refused),
        1 => Just(Outcome::Cancelled),
    ]
}

fn ask() -> impl Strategy<Value = Move> {
    let id = prop_oneof![4 => Just(None), 1 => (0u8..4).prop_map(Some)];
    let key = prop_oneof![4 => Just(None), 1 => (0u8..6).prop_map(Some)];
    (0..tools().len(), 0u8..2, id, key, any::<bool>(), any::<bool>()).prop_map(
        |(tool, arguments, id, key, with_token, has_line)| Move::Ask {
            tool,
            arguments,
            id,
            key,
            with_token,
            has_line,
        },
    )
}

/// Sequences of moves.
pub(super) fn moves(length: Range<usize>) -> impl Strategy<Value = Vec<Move>> {
    let pick = any::<usize>;
    let a_move = prop_oneof![
        30 => ask(),
        1 => Just(Move::AskInVain),
        8 => pick().prop_map(Move::Send),
        22 => (pick(), outcome(), any::<bool>())
            .prop_map(|(pick, outcome, timed_out)| Move::Finish { pick, outcome, timed_out }),
        5 => (pick(), outcome()).prop_map(|(pick, outcome)| Move::Late { pick, outcome }),
        3 => (pick(), outcome()).prop_map(|(pick, outcome)| Move::Settle { pick, outcome }),
        4 => any::<bool>().prop_map(Move::UserSpeaks),
        4 => any::<bool>().prop_map(Move::AgentSpeaks),
        6 => Just(Move::UserTurn),
        2 => Just(Move::Interrupt),
        2 => pick().prop_map(Move::CannotSpeak),
        3 => (0u8..8).prop_map(Move::Drop),
        4 => pick().prop_map(Move::Fire),
        8 => prop_oneof![0u64..3_000, 0u64..90_000].prop_map(Move::Wait),
        1 => Just(Move::LoseApp),
        1 => any::<bool>().prop_map(Move::Reports),
        2 => (0u64..40, outcome()).prop_map(|(number, outcome)| Move::StrayFinish { number, outcome }),
        1 => (0u64..40).prop_map(Move::StraySent),
        1 => (0u64..40).prop_map(Move::StrayTimer),
    ];
    // Half of the sequences keep to two tools, so that their rules meet often.
    let any_tool = prop::collection::vec(a_move, length);
    (any_tool, any::<bool>(), 0..tools().len(), 0..tools().len()).prop_map(
        |(mut moves, few, first, second)| {
            for (place, a_move) in moves.iter_mut().enumerate() {
                if let Move::Ask { tool, .. } = a_move
                    && few
                {
                    *tool = if place % 3 == 0 { second } else { first };
                }
            }
            moves
        },
    )
}
