//! The simulated voice of a turn, and being cut short.

use hookswitch_engine::{EngineError, SpeechReport};

use super::Driver;
use crate::conversation::{Conversation, Report};
use crate::events::TurnEvent;
use crate::playback::Played;
use crate::turn::{Happened, TurnEnd};

impl<C: Conversation> Driver<'_, C> {
    pub(super) async fn report(&mut self, report: SpeechReport) -> Result<(), EngineError> {
        self.parts.conversation.send(Report::Speech(report)).await
    }

    /// Lets the voice go on to this moment.
    pub(super) async fn play(&mut self) -> Result<(), EngineError> {
        let mut changes = Vec::new();
        self.playback.advance(self.started.elapsed(), &mut changes);
        self.show(changes).await
    }

    async fn show(&mut self, changes: Vec<Played>) -> Result<(), EngineError> {
        for change in changes {
            match change {
                Played::Started => {
                    self.report(SpeechReport::AgentSpeechStarted).await?;
                    self.tell(TurnEvent::Speech { speaks: true }).await;
                }
                Played::Heard(text) => self.heard.push_str(&text),
                Played::Finished => {
                    self.report(SpeechReport::AgentSpeechFinished).await?;
                    self.tell(TurnEvent::Speech { speaks: false }).await;
                }
            }
        }
        Ok(())
    }

    /// The user cuts the agent short.
    pub(super) async fn interrupt(&mut self) -> Result<(), EngineError> {
        self.parts.interrupt_after = None;
        let has_hung_up = self.parts.out.is_closed();
        if !self.may_interrupt && !has_hung_up {
            self.tell(TurnEvent::Interrupted { took_effect: false }).await;
            return Ok(());
        }
        let mut changes = Vec::new();
        let unheard = self.playback.stop(self.started.elapsed(), &mut changes);
        self.show(changes).await?;
        self.report(SpeechReport::Interrupted).await?;
        self.happen(Happened::Interrupted { unheard }).await?;
        self.end = Some(TurnEnd::Interrupted);
        self.tell(TurnEvent::Interrupted { took_effect: true }).await;
        Ok(())
    }
}
