//! How often the judgement of a loss curve is right: curves made by rule, with noise, over many
//! seeds.

use tunelint_core::loss::judge::{Advice, judge};
use tunelint_core::loss::read;

const SEEDS: u64 = 200;
const EPOCHS: usize = 8;
const STEPS: usize = 16;
/// The noise of one point, as a share of the whole fall.
const NOISES: [f64; 4] = [0.0, 0.02, 0.05, 0.1];

/// Numbers between -1 and 1 that look like chance, nearly normal.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        let mut uniform = || {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f64 / (1 << 24) as f64
        };
        (uniform() + uniform() + uniform() + uniform() - 2.0) * 1.73
    }
}

/// A curve that falls up to the end of epoch `turn`, and then moves by `slope` an epoch.
fn curve(turn: f64, slope: f64, noise: f64, seed: u64) -> String {
    let mut chance = Chance(seed * 7_919 + 17);
    let mut text = "step,epoch,loss\n".to_owned();
    for step in 1..=EPOCHS * STEPS {
        let at = step as f64 / STEPS as f64;
        let falling =
            |at: f64| ((-at * 0.7).exp() - (-turn * 0.7).exp()) / (1.0 - (-turn * 0.7).exp());
        let loss = if at <= turn {
            falling(at)
        } else {
            slope * (at - turn)
        };
        text += &format!(
            "{step},{},{:.6}\n",
            at,
            1.0 + 2.0 * (loss + noise * chance.next())
        );
    }
    text
}

/// A kind of curve, what is right for it, and the curve itself.
type Kind = (&'static str, fn(f64, Advice) -> bool, f64);

const KINDS: [Kind; 3] = [
    (
        "plateau",
        |turn, advice| matches!(advice, Advice::Lower(to) if (to - turn).abs() <= 1.0),
        0.0,
    ),
    (
        "overfitting",
        |turn, advice| matches!(advice, Advice::Lower(to) if (to - turn).abs() <= 1.0),
        0.08,
    ),
    (
        "still falling",
        |_, advice| matches!(advice, Advice::Raise(_) | Advice::Keep),
        0.0,
    ),
];

/// The share of curves that are judged rightly, by kind and noise.
pub fn shares() -> Vec<(&'static str, f64, f64)> {
    let mut shares = Vec::new();
    for (name, right, slope) in KINDS {
        for noise in NOISES {
            let mut found = 0;
            for seed in 0..SEEDS {
                let turn = if name == "still falling" {
                    60.0
                } else {
                    (3 + seed % 4) as f64
                };
                let text = match name {
                    "still falling" => linear(noise, seed),
                    _ => curve(turn, slope, noise, seed),
                };
                let judged = judge(&read(text.as_bytes()).expect("a curve"), None);
                found += u32::from(right(turn, judged.advice));
            }
            shares.push((name, noise, f64::from(found) / SEEDS as f64));
        }
    }
    shares
}

/// A curve that falls evenly.
fn linear(noise: f64, seed: u64) -> String {
    let mut chance = Chance(seed * 104_729 + 3);
    let mut text = "step,epoch,loss\n".to_owned();
    for step in 1..=EPOCHS * STEPS {
        let at = step as f64 / STEPS as f64;
        text += &format!(
            "{step},{at},{:.6}\n",
            3.0 - 2.0 * at / EPOCHS as f64 + 2.0 * noise * chance.next()
        );
    }
    text
}

/// The part of the page about curves.
pub fn table() -> String {
    let mut text = format!(
        "\n## Loss curves\n\n{SEEDS} curves for each kind and noise level, with {EPOCHS} epochs of {STEPS} points. The curve turns at the end of epoch 3, 4, 5 or 6. \
         The advice is correct if it is within one epoch of the turn; for a curve that is still falling, if it does not ask for fewer epochs. Noise is the standard deviation of a single point as a share of the total drop.\n\n\
         | curve | noise | correct |\n|---|---|---|\n"
    );
    for (name, noise, share) in shares() {
        text += &format!("| {name} | {:.0}% | {share:.3} |\n", noise * 100.0);
    }
    text
}
