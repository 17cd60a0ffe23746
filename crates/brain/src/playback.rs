//! Simulated playback: text takes the time that a voice would, so that speech rules can be seen at work. Pure: the
//! time comes in.

use std::collections::VecDeque;
use std::time::Duration;

/// Longest piece that is played as one, in characters.
const MOST_PIECE: usize = 400;

/// What changed on the air.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Played {
    /// The agent's speech began.
    Started,
    /// This piece was heard.
    Heard(String),
    /// Silence.
    Finished,
}

#[derive(Debug)]
struct Piece {
    text: String,
    starts: Duration,
    ends: Duration,
}

/// What is being said.
#[derive(Debug)]
pub struct Playback {
    per_character: Duration,
    /// Text whose sentence is not complete.
    partial: String,
    waiting: VecDeque<String>,
    playing: Option<Piece>,
}

impl Playback {
    /// Playback at a pace; zero: everything is heard at once.
    pub fn new(per_character: Duration) -> Self {
        Self { per_character, partial: String::new(), waiting: VecDeque::new(), playing: None }
    }

    /// Takes text as the model gives it. It is played by sentences.
    pub fn push(&mut self, text: &str) {
        for c in text.chars() {
            self.partial.push(c);
            let is_end = matches!(c, '.' | '!' | '?' | '\n' | '。' | '！' | '？');
            if is_end || self.partial.chars().count() >= MOST_PIECE {
                self.flush();
            }
        }
    }

    /// No more text comes for now: what is there is played.
    pub fn flush(&mut self) {
        if !self.partial.is_empty() {
            self.waiting.push_back(std::mem::take(&mut self.partial));
        }
    }

    /// Says a whole line.
    pub fn say(&mut self, line: &str) {
        self.flush();
        self.partial.push_str(line);
        self.flush();
    }

    /// When something changes next, while something plays.
    pub fn next_change(&self) -> Option<Duration> {
        self.playing.as_ref().map(|piece| piece.ends)
    }

    /// Whether anything is being played or about to be.
    pub fn is_busy(&self) -> bool {
        self.playing.is_some() || !self.waiting.is_empty() || !self.partial.is_empty()
    }

    /// Goes on to a moment; appends what changed.
    pub fn advance(&mut self, now: Duration, changes: &mut Vec<Played>) {
        loop {
            if let Some(piece) = self.playing.take_if(|piece| piece.ends <= now) {
                changes.push(Played::Heard(piece.text));
                match self.waiting.pop_front() {
                    Some(text) => self.play(text, piece.ends),
                    None => changes.push(Played::Finished),
                }
            } else if self.playing.is_none() {
                let Some(text) = self.waiting.pop_front() else { return };
                changes.push(Played::Started);
                self.play(text, now);
            } else {
                return;
            }
        }
    }

    fn play(&mut self, text: String, starts: Duration) {
        let length = u32::try_from(text.trim().chars().count()).unwrap_or(u32::MAX);
        let ends = starts.saturating_add(self.per_character.saturating_mul(length));
        self.playing = Some(Piece { text, starts, ends });
    }

    /// Falls silent in the middle; how many characters of what was pushed were not heard, and the last piece as far
    /// as it was.
    pub fn stop(&mut self, now: Duration, changes: &mut Vec<Played>) -> usize {
        let mut unheard: usize = self.waiting.drain(..).map(|text| text.chars().count()).sum();
        unheard += std::mem::take(&mut self.partial).chars().count();
        if let Some(piece) = self.playing.take() {
            let length = piece.text.chars().count();
            let whole = piece.ends.saturating_sub(piece.starts).as_secs_f64();
            let part = now.saturating_sub(piece.starts).as_secs_f64();
            let share = if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 1.0 };
            let heard: String = piece.text.chars().take((length as f64 * share) as usize).collect();
            // Words are heard whole or not at all.
            let heard = match heard.rfind(char::is_whitespace) {
                _ if heard.len() == piece.text.len() => heard,
                Some(at) => heard[..at].to_owned(),
                None => String::new(),
            };
            unheard += length - heard.chars().count();
            if !heard.is_empty() {
                changes.push(Played::Heard(heard));
            }
            changes.push(Played::Finished);
        }
        unheard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn heard(text: &str) -> Played {
        Played::Heard(text.to_owned())
    }

    fn advance(playback: &mut Playback, now: u64) -> Vec<Played> {
        let mut changes = Vec::new();
        playback.advance(ms(now), &mut changes);
        changes
    }

    #[test]
    fn sentences_take_their_time() {
        let mut playback = Playback::new(ms(10));
        playback.push("Hi there. One mo");
        assert_eq!(advance(&mut playback, 0), [Played::Started]);
        assert_eq!(playback.next_change(), Some(ms(90)));
        assert_eq!(advance(&mut playback, 89), []);
        playback.push("ment.");
        assert_eq!(advance(&mut playback, 100), [heard("Hi there.")]);
        assert_eq!(advance(&mut playback, 300), [heard(" One moment."), Played::Finished]);
        assert!(!playback.is_busy());
    }

    #[test]
    fn without_a_pace_everything_is_heard_at_once() {
        let mut playback = Playback::new(Duration::ZERO);
        playback.say("Hello");
        assert_eq!(advance(&mut playback, 5), [Played::Started, heard("Hello"), Played::Finished]);
    }

    #[test]
    fn what_is_cut_off_was_not_heard() {
        let mut playback = Playback::new(ms(10));
        playback.push("I will book it now. Then I call you. Bye");
        advance(&mut playback, 0);
        let mut changes = Vec::new();
        let unheard = playback.stop(ms(75), &mut changes);
        assert_eq!(changes, [heard("I will"), Played::Finished]);
        assert_eq!(unheard, "I will book it now. Then I call you. Bye".len() - "I will".len());
        assert!(!playback.is_busy());
    }
}
