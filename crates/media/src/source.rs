//! What a leg hears when nobody speaks to it: silence, a tone, a file.

use std::sync::Arc;

use crate::{FRAME, SAMPLE_RATE};

/// Loudness of tones.
const AMPLITUDE: f32 = 8_000.0;

/// Makes frames of audio without end.
#[derive(Debug, Clone)]
pub enum Source {
    /// Nothing.
    Silence,
    /// A steady tone.
    Tone(Tone),
    /// A file, over and over.
    Samples(Loop),
}

/// A steady tone.
#[derive(Debug, Clone)]
pub struct Tone {
    hertz: f32,
    phase: f32,
}

/// Samples, over and over.
#[derive(Debug, Clone)]
pub struct Loop {
    samples: Arc<[i16]>,
    at: usize,
}

impl Source {
    /// A tone of so many hertz, 20 to 3,900.
    pub fn tone(hertz: u16) -> Self {
        Self::Tone(Tone { hertz: f32::from(hertz.clamp(20, 3_900)), phase: 0.0 })
    }

    /// A file's samples; an empty file is silence.
    pub fn samples(samples: Arc<[i16]>) -> Self {
        if samples.is_empty() { Self::Silence } else { Self::Samples(Loop { samples, at: 0 }) }
    }

    /// The next 20 ms.
    pub fn frame(&mut self) -> [i16; FRAME] {
        let mut frame = [0i16; FRAME];
        match self {
            Self::Silence => {}
            Self::Tone(tone) => frame.fill_with(|| tone.next()),
            Self::Samples(samples) => frame.fill_with(|| samples.next()),
        }
        frame
    }
}

impl Tone {
    fn next(&mut self) -> i16 {
        let sample = (self.phase * std::f32::consts::TAU).sin() * AMPLITUDE;
        self.phase = (self.phase + self.hertz / SAMPLE_RATE as f32).fract();
        sample as i16
    }
}

impl Loop {
    fn next(&mut self) -> i16 {
        let sample = self.samples[self.at];
        self.at = (self.at + 1) % self.samples.len();
        sample
    }
}
