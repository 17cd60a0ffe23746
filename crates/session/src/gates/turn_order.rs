//! Several calls in one turn: reads run side by side; anything else waits until the calls before it have
//! answered, and the calls after it wait for it.

use crate::calls::{Answered, Calls, OpenCall};

pub(super) fn is_closed(calls: &Calls, call: &OpenCall) -> bool {
    calls
        .before(call.id)
        .filter(|earlier| earlier.turn == call.turn && earlier.answered == Answered::No)
        .any(|earlier| !(earlier.is_read() && call.is_read()))
}
