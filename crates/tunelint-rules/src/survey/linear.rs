//! A linear classifier of hashed n-grams: softmax regression, trained by stochastic gradient
//! descent.

use super::ngrams::Weighted;

/// Passes over the training examples. A third one raises the accuracy on banking77 from 90.0% to
/// 90.1%.
const PASSES: usize = 2;
/// The learning rate of the first pass; the second has half of it.
const RATE: f32 = 4.0;
/// Errors below this leave the weights as they are. Most classes have one: this halves the time.
const NEGLIGIBLE: f32 = 0.002;

/// The weights of a classifier.
pub(super) struct Linear {
    /// One row for each bucket, with the weights of all classes.
    weights: Vec<f32>,
    classes: usize,
}

impl Linear {
    /// Trains on examples with their classes, in the order given.
    pub(super) fn trained<'e>(
        classes: usize,
        buckets: u32,
        examples: impl Iterator<Item = (&'e Weighted, usize)> + Clone,
    ) -> Self {
        let mut model = Self {
            weights: vec![0.0; classes * buckets as usize],
            classes,
        };
        let mut shares = vec![0.0; classes];
        let mut errors: Vec<(usize, f32)> = Vec::new();
        for pass in 1..=PASSES {
            let rate = RATE / pass as f32;
            for (text, class) in examples.clone() {
                model.probabilities(text, &mut shares);
                let wanted = |of: usize| if of == class { 1.0 } else { 0.0 };
                let all = shares.iter().enumerate();
                let all = all.map(|(of, share)| (of, wanted(of) - share));
                errors.clear();
                errors.extend(all.filter(|(_, error)| error.abs() > NEGLIGIBLE));
                model.correct(text, &errors, rate);
            }
        }
        model
    }

    /// Writes the probability of each class into `shares`, which has a place for each.
    pub(super) fn probabilities(&self, text: &Weighted, shares: &mut [f32]) {
        shares.fill(0.0);
        for (bucket, weight) in text {
            let start = *bucket as usize * self.classes;
            let row = self.weights.get(start..start + self.classes);
            for (share, of) in shares.iter_mut().zip(row.unwrap_or_default()) {
                *share += weight * of;
            }
        }
        let largest = shares.iter().copied().fold(f32::MIN, f32::max);
        let raised = shares.iter_mut();
        raised.for_each(|share| *share = (*share - largest).exp());
        let sum: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
    }

    /// Moves the weights of the n-grams of `text` against the errors of the classes.
    fn correct(&mut self, text: &Weighted, errors: &[(usize, f32)], rate: f32) {
        for (bucket, weight) in text {
            let start = *bucket as usize * self.classes;
            let Some(row) = self.weights.get_mut(start..start + self.classes) else {
                continue;
            };
            for (class, error) in errors {
                if let Some(of) = row.get_mut(*class) {
                    *of += rate * error * weight;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_distinguishes_classes_is_learned() {
        let texts = [vec![(0, 1.0)], vec![(1, 1.0)]];
        let examples = texts.iter().zip(0..2).cycle().take(40);
        let model = Linear::trained(2, 2, examples);
        let mut shares = [0.0; 2];
        model.probabilities(&texts[0], &mut shares);
        assert!(shares[0] > 0.9 && shares[1] < 0.1, "{shares:?}");
        model.probabilities(&vec![], &mut shares);
        assert_eq!(shares, [0.5; 2]);
    }
}
