//! A session of this server's engine as a conversation: a runtime's link.

use std::sync::Arc;

use hookswitch_engine::{
    EngineError, Link, LinkError, LinkEvent, LinkKind, LinkOrder, Position, Reports, ToolView,
};
use hookswitch_model::{AgentId, ExecutionId, Outcome, Scope, SessionId};
use serde_json::{Value, json};

use crate::brains::Brains;
use crate::call_side::CallSide;
use crate::conversation::{Acted, Conversation, Order, Report};
use crate::stage::Entrance;

/// The brain's part in a session, for one turn.
#[derive(Debug)]
pub(crate) struct LiveConversation {
    brains: Brains,
    scope: Scope,
    agent: Option<AgentId>,
    link: Link,
    position: Position,
    call: Option<Arc<dyn CallSide>>,
}

impl LiveConversation {
    /// Joins a session, after what the brain has heard of it before.
    pub(crate) async fn join(
        brains: &Brains,
        scope: Scope,
        (id, agent): (SessionId, Option<AgentId>),
        heard: Option<Position>,
    ) -> Result<Self, EngineError> {
        let engine = brains.engine();
        let kind = LinkKind::Runtime(Reports { speech: true, turns: true });
        let link = match engine.connect(scope, id, kind, heard).await {
            // Numbers of a life that is forgotten: from now on, then.
            Err(EngineError::Invalid(_)) if heard.is_some() => engine.connect(scope, id, kind, None).await?,
            joined => joined?,
        };
        let position = heard.unwrap_or_else(|| link.welcome().position);
        let position = Position { epoch: link.welcome().position.epoch, ..position };
        Ok(Self { brains: brains.clone(), scope, agent, link, position, call: None })
    }

    /// The same with somebody who carries out operations on the call.
    pub(crate) fn with_call(self, call: Option<Arc<dyn CallSide>>) -> Self {
        Self { call, ..self }
    }

    /// The tools on offer.
    pub(crate) fn tools(&self) -> &[ToolView] {
        &self.link.welcome().tools
    }

    /// How far the brain has heard the session.
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    fn over(&self) -> EngineError {
        match self.link.end() {
            Some(hookswitch_engine::LinkEnd::Ended(_)) => EngineError::SessionEnded,
            Some(hookswitch_engine::LinkEnd::Draining) => EngineError::Draining,
            _ => EngineError::Unavailable("another runtime has taken the session over"),
        }
    }
}

impl Conversation for LiveConversation {
    async fn send(&mut self, report: Report) -> Result<(), EngineError> {
        let event = match report {
            Report::Speech(report) => LinkEvent::Speech(report),
            Report::CannotSpeak(execution) => LinkEvent::CannotSpeak { execution },
            Report::Call(input) => LinkEvent::Call(input),
            Report::ActionDone { id, outcome, detail } => LinkEvent::EngineActionDone { id, outcome, detail },
        };
        self.link.send(event).await.map_err(|error| match error {
            LinkError::Engine(error) => error,
            LinkError::Over => self.over(),
            _ => EngineError::Unavailable("the session did not take a report"),
        })
    }

    async fn next(&mut self) -> Option<Order> {
        loop {
            let numbered = self.link.next().await?;
            self.position.seq = numbered.seq;
            if let Some(order) = of_link(numbered.order) {
                return Some(order);
            }
        }
    }

    async fn entrance(&mut self) -> Option<Entrance> {
        let session = self.brains.engine().get_session(self.scope, self.link.session()).await.ok()?;
        if session.agent == self.agent {
            return None;
        }
        match self.brains.entrance(self.scope, &session).await {
            Ok(entrance) => {
                self.agent = session.agent;
                Some(entrance)
            }
            Err(error) => {
                tracing::error!(session = %session.id, %error, "the agent that took over could not be read");
                None
            }
        }
    }

    async fn act(&mut self, id: ExecutionId, action: &str, params: &Value) -> Acted {
        let taken = self.call.as_ref().and_then(|call| call.take(id, action, params));
        if let Some((outcome, detail)) = taken {
            return Acted { outcome, detail };
        }
        let detail = json!({"error": "there is no phone call in a text conversation", "done": false});
        Acted { outcome: Outcome::Failed, detail }
    }
}

fn of_link(order: LinkOrder) -> Option<Order> {
    Some(match order {
        LinkOrder::Say { text, .. } => Order::Say(text),
        LinkOrder::SpeakFirst { execution, .. } => Order::SpeakFirst(execution),
        LinkOrder::MayCallTools(may) => Order::MayCallTools(may),
        LinkOrder::MayInterrupt(may) => Order::MayInterrupt(may),
        LinkOrder::Result(answer) => Order::Result(answer),
        LinkOrder::AsyncResult { tool_call_id, outcome, told, may_speak, may_call_tools, .. } => {
            Order::Late { tool_call_id, outcome: Some(outcome), told, may_speak, may_call_tools }
        }
        // The brain may mention it; nothing is said for it alone.
        LinkOrder::LateResult { tool_call_id, outcome, told, .. } => {
            Order::Late { tool_call_id, outcome, told, may_speak: false, may_call_tools: false }
        }
        LinkOrder::ToolsChanged { tools } => Order::ToolsChanged(tools),
        LinkOrder::EngineAction { id, action, params, .. } => Order::Action { id, action, params },
        LinkOrder::Warning { code, detail } => Order::Warning { code, detail },
        LinkOrder::Ended { .. } => Order::Ended,
        LinkOrder::CallStarted { .. } | LinkOrder::ToolCall { .. } | LinkOrder::ToolCancelled { .. } => {
            return None;
        }
    })
}
