//! The frames that are no orders: welcome and errors.

use hookswitch_api::JsonFault;
use hookswitch_engine::{EngineError, LinkError, Resumed, ToolView, Welcome};
use hookswitch_model::SessionId;

use super::VERSION;
use super::order::{OrderFrame, ResumedWord};
use super::report::{PositionField, Role};
use crate::wire::failure::problem_of;
use crate::wire::session::SessionFunction;

/// Tools as functions.
pub(super) fn functions(tools: Vec<ToolView>) -> Vec<SessionFunction> {
    tools.into_iter().map(SessionFunction::from).collect()
}

/// The answer to `hello`.
pub fn welcome(session: SessionId, role: Role, after: Option<u64>, welcome: &Welcome) -> OrderFrame {
    let seq = welcome.position.seq;
    let (resumed, resumed_from) = match welcome.resumed {
        Resumed::Fresh => (ResumedWord::Fresh, seq),
        Resumed::Complete => (ResumedWord::Complete, after.unwrap_or(seq)),
        Resumed::Cut { from } => (ResumedWord::Cut, from),
    };
    OrderFrame::Welcome {
        version: VERSION,
        session_id: session,
        role,
        position: PositionField { epoch: welcome.position.epoch, seq },
        resumed,
        resumed_from,
        received: welcome.received,
        tools: functions(welcome.tools.clone()),
        may_call_tools: welcome.may_call_tools,
        may_interrupt: welcome.may_interrupt,
    }
}

/// A frame that could not be read.
pub fn unread(fault: &JsonFault) -> OrderFrame {
    let code = match fault {
        JsonFault::Malformed { .. } => "invalid_json",
        JsonFault::Unfit { .. } => "invalid_frame",
    };
    error(code, fault.to_string(), None)
}

/// A frame that was not taken.
pub fn untaken(refused: LinkError, n: Option<u64>) -> OrderFrame {
    match refused {
        LinkError::Over => error("over", "the session or this socket has ended".to_owned(), n),
        LinkError::WrongKind => error("wrong_role", "only the other role sends this".to_owned(), n),
        LinkError::TooMuch(_) => error("too_much", refused.to_string(), n),
        LinkError::NotBegun => error("not_begun", refused.to_string(), n),
        LinkError::Engine(refused) => of_engine(refused, n),
    }
}

/// An error of the engine in the words of the API.
pub fn of_engine(refused: EngineError, n: Option<u64>) -> OrderFrame {
    let (problem, _) = problem_of(&refused.into(), "", None);
    let message = match problem.errors.first() {
        Some(item) => format!("{}: {}", item.path, item.message),
        None => problem.detail,
    };
    error(problem.code, message, n)
}

/// Any other error.
pub fn error(code: &str, message: String, n: Option<u64>) -> OrderFrame {
    OrderFrame::Error { code: code.to_owned(), message, n }
}
