//! G.711: μ-law and A-law (ITU-T G.711).

/// A companding law; the number is its static RTP payload type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Law {
    /// PCMU, payload type 0.
    Mu,
    /// PCMA, payload type 8.
    A,
}

impl Law {
    /// Static RTP payload type.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Mu => 0,
            Self::A => 8,
        }
    }

    /// Name in SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mu => "PCMU",
            Self::A => "PCMA",
        }
    }

    /// One byte of silence.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xFF,
            Self::A => 0xD5,
        }
    }

    /// A 16-bit sample to one byte.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => encode_mu(sample),
            Self::A => encode_a(sample),
        }
    }

    /// One byte to a 16-bit sample.
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => decode_mu(byte),
            Self::A => decode_a(byte),
        }
    }
}

fn encode_mu(sample: i16) -> u8 {
    const BIAS: i32 = 0x84;
    const CLIP: i32 = 32_635;
    let sign = if sample < 0 { 0x80u8 } else { 0 };
    let magnitude = i32::from(sample).abs().min(CLIP) + BIAS;
    let exponent = (31 - magnitude.leading_zeros() as i32 - 7).max(0);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0F;
    !(sign | ((exponent as u8) << 4) | mantissa as u8)
}

fn decode_mu(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = i32::from((byte >> 4) & 0x07);
    let mantissa = i32::from(byte & 0x0F);
    let magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    (if byte & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}

fn encode_a(sample: i16) -> u8 {
    let is_positive = sample >= 0;
    let magnitude = if is_positive { i32::from(sample) } else { -i32::from(sample) - 1 } >> 4;
    let code = if magnitude < 32 {
        magnitude
    } else {
        let shift = 31 - magnitude.leading_zeros() as i32 - 4;
        ((shift + 1) << 4) | ((magnitude >> shift) & 0x0F)
    };
    let sign = if is_positive { 0x80u8 } else { 0 };
    (sign | code as u8) ^ 0x55
}

fn decode_a(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let exponent = i32::from((byte >> 4) & 0x07);
    let mantissa = i32::from(byte & 0x0F);
    let magnitude =
        if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    (if byte & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back() {
        for law in [Law::Mu, Law::A] {
            for byte in 0..=255u8 {
                let sample = law.decode(byte);
                let again = law.decode(law.encode(sample));
                assert_eq!(again, sample, "{law:?} {byte}");
            }
        }
    }

    #[test]
    fn known_values() {
        assert_eq!((Law::Mu.encode(0), Law::Mu.decode(0xFF), Law::Mu.decode(0x00)), (0xFF, 0, -32_124));
        assert_eq!((Law::A.encode(0), Law::A.decode(0xD5), Law::A.decode(0x2A)), (0xD5, 8, -32_256));
    }

    #[test]
    fn the_error_stays_within_a_step() {
        for law in [Law::Mu, Law::A] {
            for sample in (-32_000..32_000i16).step_by(7) {
                let error = (i32::from(law.decode(law.encode(sample))) - i32::from(sample)).abs();
                assert!(error <= i32::from(sample).abs() / 16 + 16, "{law:?} {sample}: {error}");
            }
        }
    }
}
