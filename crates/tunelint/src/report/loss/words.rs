//! Words that the views share.

use tunelint_core::loss::judge::{Advice, Judgement};

/// A loss for people. A diverged loss is written with an exponent, so that it is not wider.
pub(super) fn shown(loss: f64) -> String {
    const LARGE: f64 = 1_000.0;
    if loss.abs() < LARGE {
        format!("{loss:.4}")
    } else {
        format!("{loss:.1e}")
    }
}

/// The unit of the groups of a curve.
pub(super) fn unit(judgement: &Judgement) -> &'static str {
    if judgement.by_epoch { "epoch" } else { "step" }
}

/// The recommendation in words.
pub(super) fn recommendation(judgement: &Judgement) -> String {
    match judgement.advice {
        Advice::Keep => "keep the number of epochs".to_owned(),
        Advice::Lower(to) if judgement.by_epoch => format!("lower the number of epochs to {to}"),
        Advice::Lower(to) => format!("stop at step {to}"),
        Advice::Raise(to) if judgement.by_epoch => {
            format!("raise the number of epochs, for example to {to}")
        }
        Advice::Raise(to) => format!("train longer, for example up to step {to}"),
        Advice::Unclear => "no recommendation".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_loss_takes_eight_columns_at_most() {
        assert_eq!(shown(2.5), "2.5000");
        assert_eq!(shown(999.5), "999.5000");
        assert_eq!(shown(1e308), "1.0e308");
        assert_eq!(shown(-123_456.0), "-1.2e5");
    }
}
