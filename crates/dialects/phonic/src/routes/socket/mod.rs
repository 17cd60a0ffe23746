//! The conversation socket: who may open it, a conversation begun or taken up again, and the talk on it.

mod admission;
mod begin;
mod call_side;
mod cast;
mod heard;
mod talk;
mod told;
mod wake;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use hookswitch_api::{Closing, Failure, Heard, Socket, bounded};
use hookswitch_engine::EngineError;
use hookswitch_model::{Scope, SessionId};
use http::{HeaderMap, Uri};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Answer, Refused};
use crate::PhonicState;
use crate::wire::ids;
use crate::wire::problem::{Problem, problem_of};
use crate::wire::socket::frame;
use crate::wire::socket::message::{self, Message};

use admission::{Admitted, Asked, admit};

/// How long the first message may take.
const HELLO: std::time::Duration = std::time::Duration::from_secs(10);

const REFUSED: Closing = Closing { code: 4000, reason: "refused" };
const TOO_LATE: Closing = Closing { code: 4800, reason: "the conversation is over" };
const NOT_RESUMABLE: Closing = Closing { code: 4801, reason: "there is no such conversation" };

/// A conversation under way, to be found by who comes back.
#[derive(Debug, Clone)]
struct Open {
    scope: Scope,
    sockets: mpsc::Sender<Socket>,
}

/// The conversations of this server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conversations(Arc<Mutex<HashMap<SessionId, Open>>>);

impl Conversations {
    /// Notes a conversation; sockets of who comes back arrive in the channel.
    fn open(&self, scope: Scope, id: SessionId) -> mpsc::Receiver<Socket> {
        let (sockets, arrivals) = mpsc::channel(1);
        self.0.lock().insert(id, Open { scope, sockets });
        arrivals
    }

    fn find(&self, scope: Scope, id: SessionId) -> Option<mpsc::Sender<Socket>> {
        let open = self.0.lock().get(&id).cloned()?;
        (open.scope.org == scope.org && open.scope.mode == scope.mode).then_some(open.sockets)
    }

    fn close(&self, id: SessionId) {
        self.0.lock().remove(&id);
    }
}

/// Opens the socket, or says by a status why not.
pub(super) async fn open(
    State(state): State<PhonicState>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer {
    let asked = Asked::of(&uri);
    let admitted = admit(&state, &asked, &headers).await?;
    let upgrade = upgrade.map_err(|_| Problem::new(400, "This path is a WebSocket"))?;
    if state.engine().is_draining() {
        return Err(Failure::from(EngineError::Draining).into());
    }
    Ok(bounded(upgrade).on_upgrade(move |socket| serve(state, admitted, asked, Socket::new(socket))))
}

async fn serve(state: PhonicState, admitted: Admitted, asked: Asked, socket: Socket) {
    match asked.resumes {
        Some(id) => Box::pin(resume(state, admitted, &id, socket)).await,
        None => Box::pin(start(state, admitted, socket)).await,
    }
}

async fn start(state: PhonicState, admitted: Admitted, mut socket: Socket) {
    let config = match tokio::time::timeout(HELLO, socket.next()).await {
        Ok(Heard::Text(text)) => match read(&text) {
            Ok(Message::Config(config)) => Ok(config),
            Ok(_) => Err(Problem::new(400, "The first message is a config")),
            Err(problem) => Err(problem),
        },
        Ok(Heard::Binary(_)) => Err(Problem::new(400, "Messages are JSON text")),
        Ok(Heard::Gone) => return,
        Err(_) => Err(Problem::new(400, "No config came in time")),
    };
    let begun = match config {
        Ok(config) => begin::begin(&state, admitted, &config).await.map_err(worded),
        Err(problem) => Err(problem),
    };
    match begun {
        Ok(talk) => Box::pin(talk.hold(Some(socket))).await,
        Err(problem) => refuse(socket, &problem).await,
    }
}

async fn resume(state: PhonicState, admitted: Admitted, id: &str, socket: Socket) {
    let Some(id) = ids::parse_conversation(id) else { return socket.close(NOT_RESUMABLE).await };
    if let Some(sockets) = state.conversations().find(admitted.scope, id) {
        if let Err(lost) = sockets.send(socket).await {
            lost.0.close(TOO_LATE).await;
        }
        return;
    }
    // Not in this process: it was restarted, or the conversation is over.
    match state.engine().get_session(admitted.scope, id).await {
        Ok(session) if session.ended_at.is_none() => match begin::take_up(&state, admitted, &session).await {
            Ok(talk) => Box::pin(talk.come_back(socket)).await,
            Err(refused) => refuse(socket, &worded(refused)).await,
        },
        Ok(_) => socket.close(TOO_LATE).await,
        Err(_) => socket.close(NOT_RESUMABLE).await,
    }
}

async fn refuse(mut socket: Socket, problem: &Problem) {
    // Who is gone already needs no reason.
    let _ = socket.send(frame::error(problem).to_string()).await;
    socket.close(REFUSED).await;
}

/// One message as it came.
fn read(text: &str) -> Result<Message, Problem> {
    match hookswitch_api::parse::<Value>(text.as_bytes()) {
        Ok(Value::Object(members)) => message::read(&members),
        Ok(_) => Err(Problem::new(400, "A message is a JSON object")),
        Err(fault) => Err(problem_of(&fault.into())),
    }
}

fn worded(refused: Refused) -> Problem {
    match refused {
        Refused::Problem(problem) => problem,
        Refused::Failure(failure) => problem_of(&failure),
    }
}
