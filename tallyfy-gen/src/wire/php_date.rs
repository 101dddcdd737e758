//! [`PhpDate`], the object that PHP makes of a date when nobody formats it. Not here: dates as text (`timestamp`).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::timestamp::parse;

/// `{"date": "2026-05-15 16:30:00.000000", "timezone_type": 3, "timezone": "UTC"}`
/// (php.net/manual/en/class.datetime.php, the output of `var_dump`).
pub(super) struct PhpDate<'a> {
    date: &'a str,
    zone: &'a str,
    kind: i64,
}

impl<'a> PhpDate<'a> {
    /// `None` for an object with anything else in it.
    pub(super) fn of(object: &'a Map<String, Value>) -> Option<Self> {
        let text = |key: &str| object.get(key)?.as_str();
        let kind = object.get("timezone_type")?;
        let kind = kind.as_i64().or_else(|| kind.as_str()?.parse().ok())?;
        (object.len() == 3).then_some(())?;
        Some(Self { date: text("date")?, zone: text("timezone")?, kind })
    }

    /// The instant; `None` where it takes a database of zones.
    pub(super) fn to_utc(&self) -> Option<DateTime<Utc>> {
        let zone = self.zone.trim();
        match self.kind {
            1 => Some(parse(&format!("{}{zone}", self.date.trim()))?.utc),
            2 => self.east_of_utc(abbreviation(zone)?),
            3 => self.east_of_utc(name(zone)?),
            _ => None,
        }
    }

    fn east_of_utc(&self, minutes: i64) -> Option<DateTime<Utc>> {
        parse(self.date)?.utc.checked_sub_signed(TimeDelta::minutes(minutes))
    }
}

impl fmt::Display for PhpDate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date, self.zone)
    }
}

/// Minutes east of UTC: abbreviations of which RFC 5322, section 4.3 gives the meaning, and those of Europe that no other
/// zone has.
fn abbreviation(zone: &str) -> Option<i64> {
    Some(match zone.to_ascii_uppercase().as_str() {
        "UTC" | "GMT" | "UT" | "Z" | "WET" => 0,
        "CET" | "WEST" => 60,
        "CEST" | "EET" => 120,
        "EEST" => 180,
        "EDT" => -240,
        "EST" | "CDT" => -300,
        "CST" | "MDT" => -360,
        "MST" | "PDT" => -420,
        "PST" => -480,
        _ => return None,
    })
}

/// Minutes east of UTC: names of zones without summer time, by the IANA database's files `etcetera` and `backward`. There
/// `Etc/GMT+5` is five hours west.
fn name(zone: &str) -> Option<i64> {
    let plain = zone.strip_prefix("Etc/").unwrap_or(zone);
    match plain {
        "UTC" | "GMT" | "UCT" | "Zulu" | "Universal" | "Greenwich" | "GMT0" | "GMT+0" | "GMT-0" | "Z" => {
            Some(0)
        }
        "EST" if zone == plain => Some(-300),
        "MST" if zone == plain => Some(-420),
        "HST" if zone == plain => Some(-600),
        _ => {
            let west = zone.strip_prefix("Etc/GMT")?;
            let hours: i64 = west.strip_prefix(['+', '-'])?.parse().ok()?;
            let most = if west.starts_with('+') { 12 } else { 14 };
            let hours = (1..=most).contains(&hours).then_some(hours)?;
            Some(if west.starts_with('+') { -60 * hours } else { 60 * hours })
        }
    }
}
