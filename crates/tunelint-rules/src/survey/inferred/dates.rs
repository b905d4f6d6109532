//! The format of dates in digits: order, separator, length of the year.

use std::collections::BTreeMap;

use super::majority::Majority;

/// The order of day, month and year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Year, month, day.
    YearFirst,
    /// Day, month, year: the first number is no month.
    DayFirst,
    /// Month, day, year: the second number is no month.
    MonthFirst,
    /// Day or month first: both numbers can be a month.
    Unclear,
}

/// The format of a date in digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateFormat {
    /// The order of its parts.
    pub order: Order,
    /// The separator.
    pub separator: char,
    /// Whether the year has two digits.
    pub short_year: bool,
}

impl DateFormat {
    /// The format of a date; `None` if the text is anything else.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::dates::DateFormat;
    /// let name = |text| DateFormat::of(text).map(DateFormat::name);
    /// assert_eq!(name("2025-03-14").as_deref(), Some("YYYY-MM-DD"));
    /// assert_eq!(name("03/14/25").as_deref(), Some("MM/DD/YY"));
    /// assert_eq!(name("14/14/2025"), None);
    /// ```
    pub fn of(text: &str) -> Option<Self> {
        let separator = text.chars().find(|c| !c.is_ascii_digit())?;
        let parts: Vec<&str> = text.split(separator).collect();
        let [first, second, third] = parts.as_slice() else {
            return None;
        };
        let number = |part: &str| part.parse::<u32>().ok();
        let is_month = |part: &str| number(part).is_some_and(|n| (1..=12).contains(&n));
        let is_day = |part: &str| number(part).is_some_and(|n| (1..=31).contains(&n));
        let order = match (first.len(), second.len(), third.len()) {
            (4, 1..=2, 1..=2) if is_month(second) && is_day(third) => Order::YearFirst,
            (1..=2, 1..=2, 2 | 4) => match (is_month(first), is_month(second)) {
                (true, true) => Order::Unclear,
                (false, true) if is_day(first) => Order::DayFirst,
                (true, false) if is_day(second) => Order::MonthFirst,
                _ => return None,
            },
            _ => return None,
        };
        number(third).map(|_| Self {
            order,
            separator,
            short_year: third.len() == 2 && order != Order::YearFirst,
        })
    }

    /// The format in the usual letters.
    pub fn name(self) -> String {
        let year = if self.short_year { "YY" } else { "YYYY" };
        let parts = match self.order {
            Order::YearFirst => [year, "MM", "DD"],
            Order::MonthFirst => ["MM", "DD", year],
            Order::DayFirst | Order::Unclear => ["DD", "MM", year],
        };
        parts.join(&self.separator.to_string())
    }

    /// Whether a date in this format can be in the format `other`.
    pub fn fits(self, other: Self) -> bool {
        let order = self.order == other.order
            || other.order == Order::Unclear && self.order != Order::YearFirst
            || self.order == Order::Unclear && other.order != Order::YearFirst;
        order && self.separator == other.separator && self.short_year == other.short_year
    }

    /// The most frequent of `formats`, each with its weight. Dates of unclear order count for it if
    /// they fit; the others must agree on the order by themselves, with at least `share`.
    pub fn most(formats: &[(Self, usize)], share: f64) -> Option<Majority<Self>> {
        let mut counts: BTreeMap<Self, usize> = BTreeMap::new();
        for (format, weight) in formats {
            *counts.entry(*format).or_default() += weight;
        }
        let (top, _) = counts
            .iter()
            .max_by_key(|(format, count)| (**count, **format))?;
        let fitting = counts.iter().filter(|(format, _)| format.fits(*top));
        let clear = fitting.filter(|(format, _)| format.order != Order::Unclear);
        let clear = clear.map(|(format, count)| (*format, *count));
        let value = match Majority::weighted(clear) {
            Some(most) if most.share() < share => return None,
            Some(most) => most.value,
            None => *top,
        };
        let holding = counts.iter().filter(|(format, _)| format.fits(value));
        Some(Majority {
            value,
            holders: holding.map(|(_, count)| count).sum(),
            of: counts.values().sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(dates: &[(&str, usize)]) -> Option<(String, usize)> {
        let formats: Vec<(DateFormat, usize)> = dates
            .iter()
            .map(|(date, count)| (DateFormat::of(date).unwrap(), *count))
            .collect();
        let most = DateFormat::most(&formats, 0.85)?;
        Some((most.value.name(), most.holders))
    }

    #[test]
    fn dates_of_unclear_order_count_for_the_clear_ones() {
        assert_eq!(
            most(&[("14/03/2025", 10), ("03/04/2025", 30), ("03/14/2025", 1)]),
            Some(("DD/MM/YYYY".to_owned(), 40))
        );
        assert_eq!(
            most(&[("14/03/2025", 10), ("03/04/2025", 30), ("03/14/2025", 9)]),
            None
        );
    }
}
