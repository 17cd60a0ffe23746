//! Who answered: a person, a machine, a tone, nobody. A guess from the first seconds of audio (telephony: "Two ways
//! to transfer"): a long stretch of speech is a greeting, a short one and then quiet is a hello.

use crate::spectrum::{energy, strongest};
use crate::{FRAME, FRAME_MS};

/// The guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// A short hello, then quiet.
    Human,
    /// A long stretch of speech.
    Machine,
    /// A tone before any speech.
    Tone,
    /// Nothing was said.
    Silence,
    /// No verdict in time.
    Unknown,
}

/// Speech without a pause that is a greeting, in milliseconds.
const GREETING_MS: u32 = 2_600;
/// A pause that ends a stretch of speech.
const PAUSE_MS: u32 = 700;
/// Speech that is more than a click.
const HELLO_MS: u32 = 160;
/// A tone this long is one.
const TONE_MS: u32 = 160;
/// Quiet from the beginning.
const SILENCE_MS: u32 = 5_000;
/// When a guess must be there.
const VERDICT_MS: u32 = 6_000;
/// Mean square above which a frame is not quiet (about -40 dBm0).
const LOUD: f32 = 40_000.0;
/// Share of the energy in one line that makes a tone.
const TONE_SHARE: f32 = 0.8;

/// Listens, frame by frame.
#[derive(Debug, Clone, Default)]
pub struct Detector {
    at_ms: u32,
    /// Speech since the last pause.
    speech_ms: u32,
    quiet_ms: u32,
    tone_ms: u32,
    has_spoken: bool,
    guess: Option<Guess>,
    has_beeped: bool,
}

impl Detector {
    /// Takes 20 ms; a guess when there is one now for the first time.
    pub fn take(&mut self, frame: &[i16]) -> Option<Guess> {
        self.at_ms += FRAME_MS;
        let is_loud = energy(frame) / frame.len().max(1) as f32 > LOUD;
        let is_tone = is_loud && frame.len() >= FRAME && strongest(frame).1 > TONE_SHARE;
        self.tone_ms = if is_tone { self.tone_ms + FRAME_MS } else { 0 };
        if is_loud {
            self.quiet_ms = 0;
            if !is_tone {
                self.speech_ms += FRAME_MS;
                self.has_spoken |= self.speech_ms >= HELLO_MS;
            }
        } else {
            self.quiet_ms += FRAME_MS;
        }
        if self.tone_ms >= TONE_MS && self.has_spoken {
            self.has_beeped = true;
        }
        if self.guess.is_some() {
            return None;
        }
        let guess = self.judge()?;
        self.guess = Some(guess);
        Some(guess)
    }

    fn judge(&mut self) -> Option<Guess> {
        if self.speech_ms >= GREETING_MS {
            return Some(Guess::Machine);
        }
        if self.tone_ms >= TONE_MS {
            return Some(if self.has_spoken { Guess::Machine } else { Guess::Tone });
        }
        if self.quiet_ms >= PAUSE_MS {
            if self.speech_ms >= HELLO_MS {
                return Some(Guess::Human);
            }
            self.speech_ms = 0;
        }
        if self.quiet_ms >= SILENCE_MS {
            return Some(Guess::Silence);
        }
        (self.at_ms >= VERDICT_MS).then_some(Guess::Unknown)
    }

    /// Milliseconds heard so far.
    pub fn at_ms(&self) -> u32 {
        self.at_ms
    }

    /// Whether a tone followed speech: the beep of a machine.
    pub fn has_beeped(&self) -> bool {
        self.has_beeped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    /// Something like speech: three tones that wander.
    fn speech(ms: u32) -> Vec<i16> {
        let samples = ms * 8;
        let wave = |hertz: f32, at: f32| (std::f32::consts::TAU * hertz * at / 8_000.0).sin();
        (0..samples)
            .map(|n| {
                let (at, drift) = (n as f32, (n as f32 / 900.0).sin() * 120.0);
                let mix = wave(180.0 + drift, at) + wave(730.0 - drift, at) + wave(1_900.0 + drift, at);
                (mix * 2_500.0) as i16
            })
            .collect()
    }

    fn quiet(ms: u32) -> Vec<i16> {
        vec![0; (ms * 8) as usize]
    }

    fn tone(ms: u32) -> Vec<i16> {
        let mut source = Source::tone(1_000);
        (0..ms / FRAME_MS).flat_map(|_| source.frame()).collect()
    }

    fn guess(parts: &[Vec<i16>]) -> (Option<Guess>, bool) {
        let mut detector = Detector::default();
        let audio = parts.concat();
        let mut first = None;
        for frame in audio.chunks(FRAME) {
            let guess = detector.take(frame);
            first = first.or(guess);
        }
        (first, detector.has_beeped())
    }

    #[test]
    fn the_families() {
        assert_eq!(guess(&[quiet(300), speech(600), quiet(1_000)]).0, Some(Guess::Human));
        assert_eq!(guess(&[quiet(300), speech(3_000)]).0, Some(Guess::Machine));
        assert_eq!(guess(&[tone(500)]).0, Some(Guess::Tone));
        assert_eq!(guess(&[quiet(5_500)]).0, Some(Guess::Silence));
        assert_eq!(guess(&[quiet(200), speech(3_000), quiet(200), tone(400)]), (Some(Guess::Machine), true));
        assert_eq!(guess(&[quiet(200)]).0, None);
    }

    #[test]
    fn a_click_is_no_hello() {
        assert_eq!(guess(&[quiet(200), speech(60), quiet(5_500)]).0, Some(Guess::Silence));
    }
}
