//! The two `timeout_seconds`: the smaller of those that were given is the budget, 30 s when none was (burki: 3.6).

use hookswitch_model::Millis;
use hookswitch_model::draft::ToolDraft;
use serde_json::{Value, json};

use super::extras::Extras;

/// The budget when nobody says anything, in seconds.
pub const DEFAULT: i64 = 30;
/// Shortest budget that the model takes.
const SHORTEST_MS: u64 = 100;
/// The budget of a draft that names none.
const MODEL_DEFAULT_MS: u64 = 5000;

/// The budget of two values in milliseconds.
fn budget_ms(top: Option<i64>, inner: Option<&Value>) -> u64 {
    let top = top.map(|seconds| seconds as f64);
    let inner = inner.and_then(Value::as_f64);
    let seconds = match (top, inner) {
        (Some(top), Some(inner)) => top.min(inner),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => DEFAULT as f64,
    };
    ((seconds * 1000.0).round() as u64).max(SHORTEST_MS)
}

/// The budget of a draft in milliseconds.
pub fn budget_of(draft: &ToolDraft) -> u64 {
    draft.timeout_ms.map_or(MODEL_DEFAULT_MS, |timeout| timeout.0)
}

/// Whether the extras still tell how the draft's budget came about.
fn is_told(draft: &ToolDraft, extras: &Extras) -> bool {
    draft.timeout_ms.is_some()
        && budget_ms(extras.top_timeout, extras.inner_timeout.as_ref()) == budget_of(draft)
}

/// The budget in whole seconds.
pub fn effective(draft: &ToolDraft) -> i64 {
    i64::try_from(budget_of(draft).div_ceil(1000)).unwrap_or(i64::MAX)
}

/// The top-level value as it is shown.
pub fn top(draft: &ToolDraft, extras: &Extras) -> i64 {
    if is_told(draft, extras) { extras.top_timeout.unwrap_or(DEFAULT) } else { effective(draft) }
}

/// The value in the configuration as it is shown.
pub fn inner(draft: &ToolDraft, extras: &Extras) -> Option<Value> {
    match &extras.inner_timeout {
        Some(given) if is_told(draft, extras) => Some(given.clone()),
        Some(_) => Some(json!(effective(draft))),
        None => None,
    }
}

/// What becomes of one of the two values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given<T> {
    /// Nothing was said.
    Same,
    /// It is not given any more.
    Absent,
    /// It is this.
    Value(T),
}

/// Sets both; the budget follows when one of them changed.
pub fn set(draft: &mut ToolDraft, extras: &mut Extras, top_given: Given<i64>, inner_given: Given<Value>) {
    let is_new = extras.origin.is_some() && draft.timeout_ms.is_none();
    if top_given == Given::Same && inner_given == Given::Same && !is_new {
        return;
    }
    let shown = (!is_new && !is_told(draft, extras)).then(|| effective(draft));
    match top_given {
        // Somebody else set the budget meanwhile: what is shown counts as given.
        Given::Same => extras.top_timeout = shown.or(extras.top_timeout),
        Given::Absent => extras.top_timeout = None,
        Given::Value(seconds) => extras.top_timeout = Some(seconds),
    }
    match inner_given {
        Given::Same => {}
        Given::Absent => extras.inner_timeout = None,
        Given::Value(seconds) => extras.inner_timeout = Some(seconds),
    }
    draft.timeout_ms = Some(Millis(budget_ms(extras.top_timeout, extras.inner_timeout.as_ref())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookswitch_model::draft::Kind;

    use crate::wire::extras::Origin;

    fn made(top: Option<i64>, inner: Option<f64>) -> (ToolDraft, Extras) {
        let mut draft = ToolDraft::new("t", Kind::Webhook);
        let mut extras = Extras { origin: Some(Origin::V1), ..Extras::default() };
        let top = top.map_or(Given::Same, Given::Value);
        set(&mut draft, &mut extras, top, inner.map_or(Given::Same, |inner| Given::Value(json!(inner))));
        (draft, extras)
    }

    #[test]
    fn the_smaller_one_of_those_given_counts() {
        for (top, inner, seconds) in [
            (None, Some(60.0), 60),
            (Some(20), Some(60.0), 20),
            (Some(40), None, 40),
            (None, None, 30),
            (Some(30), Some(10.0), 10),
            (None, Some(0.01), 1),
        ] {
            let (draft, _) = made(top, inner);
            assert_eq!(effective(&draft), seconds, "{top:?} {inner:?}");
        }
    }

    #[test]
    fn what_is_shown_is_what_was_given() {
        let (draft, extras) = made(None, Some(20.0));
        assert_eq!((super::top(&draft, &extras), super::inner(&draft, &extras)), (30, Some(json!(20.0))));
        let (mut draft, extras) = made(Some(40), Some(60.0));
        assert_eq!((super::top(&draft, &extras), super::inner(&draft, &extras)), (40, Some(json!(60.0))));
        draft.timeout_ms = Some(Millis(7000));
        assert_eq!((super::top(&draft, &extras), super::inner(&draft, &extras)), (7, Some(json!(7))));
        let foreign = ToolDraft::new("t", Kind::Webhook);
        assert_eq!(super::top(&foreign, &Extras::default()), 5);
    }
}
