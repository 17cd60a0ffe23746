//! The conversation on a socket: hello and welcome, then reports in and orders out, one frame at a time.

use std::time::Duration;

use hookswitch_api::{Closing, Heard, Socket, parse};
use hookswitch_engine::{EngineError, Link, LinkEnd, LinkSender};
use hookswitch_model::SessionId;

use super::admission::Admitted;
use crate::NativeState;
use crate::wire::socket::VERSION;
use crate::wire::socket::greeting::{error, of_engine, unread, untaken, welcome};
use crate::wire::socket::order::OrderFrame;
use crate::wire::socket::report::{Hello, ReportFrame, Role, Wanted};

/// How long the first frame may take.
const HELLO: Duration = Duration::from_secs(10);
/// Frames in a row that could not be taken; whoever sends more of them speaks something else.
const MOST_ERRORS: u32 = 100;

const ENDED: Closing = Closing { code: 1000, reason: "ended" };
const NO_HELLO: Closing = Closing { code: 1008, reason: "no_hello" };
const RESTART: Closing = Closing { code: 1012, reason: "restart" };
const TOO_SLOW: Closing = Closing { code: 1013, reason: "too_slow" };
const REPLACED: Closing = Closing { code: 4001, reason: "replaced" };
const UNKNOWN_POSITION: Closing = Closing { code: 4002, reason: "unknown_position" };
const FORBIDDEN: Closing = Closing { code: 4003, reason: "forbidden" };
const UNSUPPORTED_VERSION: Closing = Closing { code: 4004, reason: "unsupported_version" };

/// How a conversation ended.
enum Ending {
    /// The other side is gone.
    Gone,
    /// It leaves for good.
    Bye,
    /// We end it.
    Close(Closing),
}

/// Holds a socket until it ends.
pub(super) async fn hold(state: NativeState, session: SessionId, admitted: Admitted, mut socket: Socket) {
    let mut link = match greet(&state, session, admitted, &mut socket).await {
        Ok(link) => link,
        Err(Some(closing)) => return socket.close(closing).await,
        Err(None) => return,
    };
    match exchange(&mut link, &mut socket).await {
        Ending::Gone => {}
        Ending::Bye => {
            link.leave().await;
            socket.close(ENDED).await;
        }
        Ending::Close(closing) => {
            socket.close(closing).await;
            // Only now: a server that goes down waits for its links to have said goodbye.
            drop(link);
        }
    }
}

/// Takes the first frame and joins the session. An `Err` is why not.
async fn greet(
    state: &NativeState,
    session: SessionId,
    admitted: Admitted,
    socket: &mut Socket,
) -> Result<Link, Option<Closing>> {
    let heard = tokio::time::timeout(HELLO, socket.next()).await;
    let hello = match heard {
        Ok(Heard::Text(text)) => match parse::<ReportFrame>(text.as_bytes()).map(Wanted::from) {
            Ok(Wanted::Hello(hello)) => hello,
            Ok(_) => {
                let message = "the first frame is a hello".to_owned();
                say(socket, &error("no_hello", message, None)).await;
                return Err(Some(NO_HELLO));
            }
            Err(fault) => {
                say(socket, &unread(&fault)).await;
                return Err(Some(NO_HELLO));
            }
        },
        Ok(Heard::Binary(_)) | Err(_) => return Err(Some(NO_HELLO)),
        Ok(Heard::Gone) => return Err(None),
    };
    if hello.version.is_some_and(|version| version != VERSION) {
        let message = format!("this server speaks version {VERSION}");
        say(socket, &error("unsupported_version", message, None)).await;
        return Err(Some(UNSUPPORTED_VERSION));
    }
    let role = role_of(&hello, admitted).ok_or(Some(FORBIDDEN))?;
    let position = hello.position();
    let joined = state.engine().connect(admitted.scope, session, hello.kind(role), position).await;
    let link = match joined {
        Ok(link) => link.opened_by(admitted.key),
        Err(refused) => return Err(Some(refuse(socket, refused).await)),
    };
    let frame = welcome(session, role, position.map(|position| position.seq), link.welcome());
    if !say(socket, &frame).await {
        return Err(None);
    }
    Ok(link)
}

fn role_of(hello: &Hello, admitted: Admitted) -> Option<Role> {
    match (hello.role, admitted.role) {
        (Some(wanted), Some(only)) if wanted != only => None,
        (wanted, only) => Some(wanted.or(only).unwrap_or(Role::Runtime)),
    }
}

async fn refuse(socket: &mut Socket, refused: EngineError) -> Closing {
    let closing = match &refused {
        EngineError::Invalid(_) => UNKNOWN_POSITION,
        EngineError::SessionEnded | EngineError::NotFound(_) => ENDED,
        EngineError::Draining => RESTART,
        _ => TOO_SLOW,
    };
    say(socket, &of_engine(refused, None)).await;
    closing
}

/// Reports in, orders out, until one side ends it.
async fn exchange(link: &mut Link, socket: &mut Socket) -> Ending {
    let sender = link.sender();
    let mut errors = 0;
    loop {
        let answer = tokio::select! {
            order = link.next() => match order {
                Some(order) => Some(OrderFrame::from(order)),
                None => return Ending::Close(closing_of(link.end())),
            },
            heard = socket.next() => match heard {
                Heard::Gone => return Ending::Gone,
                Heard::Binary(_) => Some(error("unsupported_frame", "frames are JSON text".to_owned(), None)),
                Heard::Text(text) => match parse::<ReportFrame>(text.as_bytes()).map(Wanted::from) {
                    Ok(Wanted::Bye) => return Ending::Bye,
                    Ok(wanted) => take(&sender, wanted).await,
                    Err(fault) => Some(unread(&fault)),
                },
            },
        };
        errors = if matches!(answer, Some(OrderFrame::Error { .. })) { errors + 1 } else { 0 };
        if errors > MOST_ERRORS {
            return Ending::Close(NO_HELLO);
        }
        if let Some(answer) = answer
            && !say(socket, &answer).await
        {
            return Ending::Gone;
        }
    }
}

/// Gives the engine what a frame says; an answer where there is one.
async fn take(sender: &LinkSender, wanted: Wanted) -> Option<OrderFrame> {
    match wanted {
        Wanted::Event(n, event) => {
            let taken = match n {
                Some(n) => sender.send_numbered(n, event).await,
                None => sender.send(event).await,
            };
            taken.err().map(|refused| untaken(refused, n))
        }
        Wanted::Pong => Some(OrderFrame::Pong {}),
        Wanted::Hello(_) => Some(error("unexpected_hello", "hello comes once".to_owned(), None)),
        Wanted::Bye => None,
    }
}

fn closing_of(end: Option<LinkEnd>) -> Closing {
    match end {
        Some(LinkEnd::Ended(_)) => ENDED,
        Some(LinkEnd::Replaced) => REPLACED,
        Some(LinkEnd::Draining) => RESTART,
        Some(LinkEnd::Revoked) => FORBIDDEN,
        Some(LinkEnd::TooFarBehind | LinkEnd::Lost) | None => TOO_SLOW,
    }
}

/// Writes a frame; `false` when the other side takes nothing more.
async fn say(socket: &mut Socket, frame: &OrderFrame) -> bool {
    match serde_json::to_string(frame) {
        Ok(text) => socket.send(text).await.is_ok(),
        Err(fault) => {
            tracing::error!(error = %fault, "a frame could not be written");
            false
        }
    }
}
