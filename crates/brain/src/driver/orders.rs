//! What the session orders in a turn.

use hookswitch_engine::{CallAnswer, EngineError};
use hookswitch_model::ExecutionId;
use serde_json::Value;

use super::{Driver, Thinking};
use crate::conversation::{Acted, Conversation, Order, Report};
use crate::events::TurnEvent;
use crate::model::Model;
use crate::stage::Entrance;
use crate::turn::{Happened, Reply, TurnEnd};

impl<C: Conversation> Driver<'_, C> {
    pub(super) async fn obey(&mut self, order: Order) -> Result<(), EngineError> {
        match order {
            Order::Say(text) => {
                self.playback.say(&text);
                self.tell(TurnEvent::Line { text }).await;
                self.play().await
            }
            // The model made its call after its last word: it can say nothing more before the answer.
            Order::SpeakFirst(execution) if !self.playback.is_busy() => {
                self.parts.conversation.send(Report::CannotSpeak(execution)).await
            }
            Order::SpeakFirst(_) => Ok(()),
            Order::MayCallTools(may) => self.happen(Happened::MayCallTools(may)).await,
            Order::MayInterrupt(may) => {
                self.may_interrupt = may;
                Ok(())
            }
            Order::Result(answer) => self.answered(*answer).await,
            Order::Late { tool_call_id, outcome, told, may_speak, may_call_tools } => {
                self.tell(TurnEvent::Late {
                    tool_call_id: tool_call_id.clone(),
                    outcome: outcome.map(|outcome| outcome.as_str().to_owned()),
                    result: Value::clone(&told),
                })
                .await;
                let name = self.names.get(&tool_call_id).cloned().unwrap_or_else(|| "a tool".to_owned());
                let reply = Reply { may_speak, may_call_tools };
                let told = Value::clone(&told);
                self.happen(Happened::Late { id: tool_call_id, name, told, reply }).await
            }
            Order::ToolsChanged(tools) => {
                match self.parts.conversation.entrance().await {
                    Some(entrance) => self.enter(entrance).await,
                    None => self.parts.stage.set_tools(&tools),
                }
                Ok(())
            }
            Order::Action { id, action, params } => self.act(id, &action, &params).await,
            Order::Warning { code, detail } => {
                self.tell(TurnEvent::Warning { code, message: detail.to_string() }).await;
                Ok(())
            }
            Order::Ended => {
                self.thinking = Thinking::Nothing;
                self.end = Some(TurnEnd::SessionEnded);
                Ok(())
            }
        }
    }

    async fn answered(&mut self, answer: CallAnswer) -> Result<(), EngineError> {
        let id = answer.tool_call_id.clone();
        self.tell(TurnEvent::Result {
            tool_call_id: id.clone(),
            execution_id: answer.execution.to_string(),
            outcome: answer.outcome.map(|outcome| outcome.as_str().to_owned()),
            result: Value::clone(&answer.told),
            replayed: answer.replayed,
            joined: answer.joined,
            timed_out: answer.timed_out,
            code: answer.refusal.map(str::to_owned),
            may_speak: answer.may_speak,
            may_call_tools: answer.may_call_tools,
        })
        .await;
        // The answer of a repeated call is nobody's but the test's.
        if !self.names.contains_key(&id) && id.ends_with("_again") {
            return Ok(());
        }
        let reply = Reply { may_speak: answer.may_speak, may_call_tools: answer.may_call_tools };
        self.happen(Happened::Answered { id, told: Value::clone(&answer.told), reply }).await
    }

    /// Another agent goes on, with its prompt, its tools and its model. A script goes on being the model.
    async fn enter(&mut self, entrance: Entrance) {
        let Entrance { stage, model, max_rounds, choice, greeting: _ } = entrance;
        self.tell(TurnEvent::Agent { name: stage.agent.clone() }).await;
        *self.parts.stage = stage;
        self.parts.talk.set_limits(max_rounds, choice);
        if let (Model::Endpoint(own), Some(model)) = (&mut self.parts.model, model) {
            **own = model;
        }
    }

    /// An operation on the call, as far as there is one in a text conversation.
    async fn act(&mut self, id: ExecutionId, action: &str, params: &Value) -> Result<(), EngineError> {
        let Acted { outcome, detail } = self.parts.conversation.act(id, action, params).await;
        self.parts.conversation.send(Report::ActionDone { id, outcome, detail }).await
    }
}
