//! How strong single frequencies are in a stretch of audio (Goertzel).

use crate::SAMPLE_RATE;

/// Energy at a frequency, in the units of [`energy`]: of a pure tone there it is about all of it.
pub fn at(samples: &[i16], hertz: f32) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    let coefficient = 2.0 * (std::f32::consts::TAU * hertz / SAMPLE_RATE as f32).cos();
    let (mut one, mut two) = (0.0f32, 0.0f32);
    for sample in samples {
        let zero = f32::from(*sample) + coefficient * one - two;
        two = one;
        one = zero;
    }
    let power = one * one + two * two - coefficient * one * two;
    2.0 * power / samples.len() as f32
}

/// Sum of squares.
pub fn energy(samples: &[i16]) -> f32 {
    samples.iter().map(|sample| f32::from(*sample) * f32::from(*sample)).sum()
}

/// The strongest of the frequencies 50, 100, … 3,950 Hz and its share of the energy, its upper or lower neighbour
/// counted in. For 20 ms of audio, whose lines are 50 Hz apart.
pub fn strongest(samples: &[i16]) -> (f32, f32) {
    let total = energy(samples);
    if total <= 0.0 {
        return (0.0, 0.0);
    }
    let bins: Vec<f32> = (1..80u8).map(|bin| at(samples, f32::from(bin) * 50.0)).collect();
    let mut best = (0usize, 0.0f32);
    for (index, power) in bins.iter().enumerate() {
        if *power > best.1 {
            best = (index, *power);
        }
    }
    let below = best.0.checked_sub(1).map_or(0.0, |index| bins[index]);
    let above = bins.get(best.0 + 1).copied().unwrap_or(0.0);
    ((best.0 + 1) as f32 * 50.0, ((best.1 + below.max(above)) / total).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn a_tone_is_found() {
        for hertz in [440u16, 660, 1_000, 2_800] {
            let mut source = Source::tone(hertz);
            let samples = source.frame();
            let (found, share) = strongest(&samples);
            assert!((found - f32::from(hertz)).abs() <= 50.0, "{hertz}: {found}");
            assert!(share > 0.8, "{hertz}: {share}");
        }
        assert_eq!(strongest(&[0; 160]), (0.0, 0.0));
    }
}
