//! WAV files for hold: 8 kHz mono, 16-bit PCM, μ-law or A-law.

use std::sync::Arc;

use crate::SAMPLE_RATE;
use crate::g711::Law;

/// Longest file: ten minutes.
const MAX_SAMPLES: usize = SAMPLE_RATE as usize * 600;

/// A file that can't be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// Not a RIFF file of type WAVE with a format and data.
    #[error("not a WAV file")]
    Form,
    /// Another rate, more channels, another coding.
    #[error("a hold file is 8000 Hz mono, 16-bit PCM, mu-law or A-law")]
    Format,
    /// Over ten minutes.
    #[error("a hold file is at most ten minutes long")]
    Length,
}

/// Reads a file's samples.
pub fn read(bytes: &[u8]) -> Result<Arc<[i16]>, WavError> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(WavError::Form);
    }
    let (mut coding, mut rest) = (None, bytes.get(12..).unwrap_or_default());
    while let Some((name, length)) = rest.get(..4).zip(rest.get(4..8)) {
        let length = u32::from_le_bytes(length.try_into().map_err(|_| WavError::Form)?) as usize;
        let body = rest.get(8..).unwrap_or_default();
        // A writer that could not seek back leaves a length that is too large.
        let body = body.get(..length).unwrap_or(body);
        match name {
            b"fmt " => coding = Some(format(body)?),
            b"data" => return samples(body, coding.ok_or(WavError::Form)?),
            _ => {}
        }
        rest = rest.get(8 + length + length % 2..).unwrap_or_default();
    }
    Err(WavError::Form)
}

#[derive(Clone, Copy)]
enum Coding {
    Pcm,
    G711(Law),
}

fn format(body: &[u8]) -> Result<Coding, WavError> {
    let half = |at: usize| {
        body.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes).ok_or(WavError::Form)
    };
    let rate = body.get(4..8).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    if half(2)? != 1 || rate != Some(SAMPLE_RATE) {
        return Err(WavError::Format);
    }
    match (half(0)?, half(14)?) {
        (1, 16) => Ok(Coding::Pcm),
        (6, 8) => Ok(Coding::G711(Law::A)),
        (7, 8) => Ok(Coding::G711(Law::Mu)),
        _ => Err(WavError::Format),
    }
}

fn samples(body: &[u8], coding: Coding) -> Result<Arc<[i16]>, WavError> {
    let samples: Vec<i16> = match coding {
        Coding::Pcm => body.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect(),
        Coding::G711(law) => body.iter().map(|byte| law.decode(*byte)).collect(),
    };
    if samples.len() > MAX_SAMPLES {
        return Err(WavError::Length);
    }
    Ok(samples.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn file(coding: u16, bits: u16, rate: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        bytes.extend(coding.to_le_bytes());
        bytes.extend(1u16.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend((rate * u32::from(bits) / 8).to_le_bytes());
        bytes.extend((bits / 8).to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        bytes.extend(b"LIST\x03\0\0\0abc\0");
        bytes.extend(b"data");
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn three_codings_are_read_and_others_refused() {
        assert_eq!(*read(&file(1, 16, 8_000, &[1, 0, 255, 255])).unwrap(), [1, -1]);
        assert_eq!(*read(&file(7, 8, 8_000, &[0xFF])).unwrap(), [0]);
        assert_eq!(*read(&file(6, 8, 8_000, &[0xD5])).unwrap(), [8]);
        assert_eq!(read(&file(1, 16, 44_100, &[0, 0])).unwrap_err(), WavError::Format);
        assert_eq!(read(b"OggS").unwrap_err(), WavError::Form);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut whole = b"RIFF\0\0\0\0WAVE".to_vec();
            whole.extend(bytes);
            let _ = read(&whole);
        }
    }
}
