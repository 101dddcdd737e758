//! What is to go wrong with webhooks, and the dice that decide it.
//!
//! Not here: what then happens to a call (`lines`).

use std::str::FromStr;

use fastrand::Rng;
use serde::Deserialize;

/// What is to go wrong with webhooks. The service promises no order, sends twice and loses
/// (platform:webhooks.classic.delivery); the sandbox does so on order alone. The same seed and the same order of
/// calls make the same faults.
///
/// ```
/// use tallyfy_sandbox::{Odds, WebhookFaults};
///
/// // The first call is lost, and one in four arrives twice.
/// let faults = WebhookFaults { lose: Odds::Times(1), duplicate: Odds::Chance(0.25), ..WebhookFaults::default() };
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookFaults {
    /// The seed of all chances.
    pub seed: u64,
    /// A call is lost: nothing is sent.
    pub lose: Odds,
    /// A call that is not lost is sent twice.
    pub duplicate: Odds,
    /// A call that is not lost is sent after the next one to the same address; if none comes, when
    /// [`Sandbox::delivered`](crate::Sandbox::delivered) is awaited.
    pub reorder: Odds,
}

/// How often something happens. As text, in flags and seed files: a count (`3`), or a probability with a point
/// (`0.25`).
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(try_from = "serde_json::Number")]
#[non_exhaustive]
pub enum Odds {
    /// Never.
    #[default]
    Never,
    /// The next so many times.
    Times(u64),
    /// With this probability, from 0 to 1.
    Chance(f64),
}

impl FromStr for Odds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(times) = text.parse() {
            return Ok(Self::Times(times));
        }
        let chance = text.parse().ok().filter(|chance| (0.0..=1.0).contains(chance));
        chance.map(Self::Chance).ok_or_else(|| format!("{text} is neither a count nor a probability"))
    }
}

impl TryFrom<serde_json::Number> for Odds {
    type Error = String;

    fn try_from(number: serde_json::Number) -> Result<Self, String> {
        number.to_string().parse()
    }
}

/// Odds at work, with dice of their own.
#[derive(Debug)]
struct Dice {
    odds: Odds,
    rng: Rng,
}

impl Dice {
    fn fall(&mut self) -> bool {
        match &mut self.odds {
            Odds::Never | Odds::Times(0) => false,
            Odds::Times(left) => {
                *left -= 1;
                true
            }
            Odds::Chance(chance) => self.rng.f64() < *chance,
        }
    }
}

/// The faults on order.
#[derive(Debug)]
pub(super) struct Faults {
    lose: Dice,
    duplicate: Dice,
    reorder: Dice,
}

/// What is to be done with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Lost,
    Sent { copies: usize, late: bool },
}

impl Faults {
    pub(super) fn of(faults: &WebhookFaults) -> Self {
        let mut rng = Rng::with_seed(faults.seed);
        let mut dice = |odds| Dice { odds, rng: rng.fork() };
        Self { lose: dice(faults.lose), duplicate: dice(faults.duplicate), reorder: dice(faults.reorder) }
    }

    /// Decides about the next call.
    pub(super) fn fate(&mut self) -> Fate {
        if self.lose.fall() {
            return Fate::Lost;
        }
        let copies = if self.duplicate.fall() { 2 } else { 1 };
        Fate::Sent { copies, late: self.reorder.fall() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Faults, Odds, WebhookFaults};

    #[track_caller]
    fn check(text: &str, expected: Option<Odds>) {
        assert_eq!(text.parse::<Odds>().ok(), expected, "{text}");
    }

    #[test]
    fn a_count_has_no_point_and_a_probability_has_one() {
        check("3", Some(Odds::Times(3)));
        check("1", Some(Odds::Times(1)));
        check("1.0", Some(Odds::Chance(1.0)));
        check("0.25", Some(Odds::Chance(0.25)));
        check("1.5", None);
        check("-0.5", None);
        check("often", None);
    }

    #[test]
    fn a_seed_decides_alone() {
        let fates = |seed| {
            let faults = WebhookFaults {
                seed,
                lose: Odds::Chance(0.3),
                duplicate: Odds::Chance(0.3),
                reorder: Odds::Chance(0.3),
            };
            let mut faults = Faults::of(&faults);
            (0..64).map(|_| faults.fate()).collect::<Vec<Fate>>()
        };
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
        assert!(fates(7).contains(&Fate::Lost));
        assert!(fates(7).contains(&Fate::Sent { copies: 2, late: false }));
        assert!(fates(7).contains(&Fate::Sent { copies: 1, late: true }));
    }
}
