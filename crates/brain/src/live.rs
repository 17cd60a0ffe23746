//! A session of this server's engine as a conversation.

use hookswitch_engine::{CallInput, Engine, EngineError};
use hookswitch_model::{Outcome, Scope, SessionId};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::conversation::{Acted, Conversation, Order, Report};

/// Answers that wait to be read.
const BACKLOG: usize = 64;

/// A session that the brain takes part in.
#[derive(Debug)]
pub(crate) struct LiveConversation {
    engine: Engine,
    scope: Scope,
    id: SessionId,
    orders: mpsc::Receiver<Order>,
    answers: mpsc::Sender<Order>,
}

impl LiveConversation {
    pub(crate) fn new(engine: Engine, scope: Scope, id: SessionId) -> Self {
        let (answers, orders) = mpsc::channel(BACKLOG);
        Self { engine, scope, id, orders, answers }
    }

    fn call(&self, input: CallInput) {
        let (engine, scope, id) = (self.engine.clone(), self.scope, self.id);
        let answers = self.answers.clone();
        tokio::spawn(async move {
            let order = match engine.call(scope, id, input).await {
                Ok(answer) => Order::Result(Box::new(answer)),
                Err(error) => {
                    tracing::warn!(session = %id, %error, "a call of the brain was not taken");
                    Order::Ended
                }
            };
            let _ = answers.send(order).await;
        });
    }
}

impl Conversation for LiveConversation {
    async fn send(&mut self, report: Report) -> Result<(), EngineError> {
        match report {
            Report::Speech(report) => self.engine.report(self.scope, self.id, report).await,
            Report::Call(input) => {
                self.call(input);
                Ok(())
            }
            Report::CannotSpeak(_) | Report::ActionDone { .. } => Ok(()),
        }
    }

    async fn next(&mut self) -> Option<Order> {
        self.orders.recv().await
    }

    async fn act(&mut self, _action: &str, _params: &Value) -> Acted {
        let detail = json!({"error": "there is no phone call in a text conversation", "done": false});
        Acted { outcome: Outcome::Failed, detail, stage: None }
    }
}
