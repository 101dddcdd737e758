//! Working days of an organization, and moving deadlines to them.
//!
//! Not here: working hours. Deadlines heed them too (processes_tasks:update_process_task), but what stands in a
//! working day is not published (platform:OrganizationWorkingDays), so that here a day is worked as a whole.

use chrono::{DateTime, Datelike, Days, Duration, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::organization::Organization;
use crate::quirks::Quirks;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The days off of an organization, by its own clock. No source names the time zone; its working week can
/// hardly be meant in another.
#[derive(Clone, Copy, Debug)]
pub struct WorkingTime {
    off: [bool; 7],
    zone: Tz,
}

impl WorkingTime {
    /// Reads `working_days` and `timezone`; a day that is null is off. Without settings, or without the oddity,
    /// every day is worked.
    pub fn of(organization: &Organization, quirks: &Quirks) -> Self {
        let zone = organization.profile.get("timezone").and_then(|zone| zone.as_str()?.parse().ok());
        let days = organization.profile.get("working_days").filter(|_| quirks.deadlines_move_to_working_time);
        let is_off = |day| days.and_then(|days| days.get(day)).is_some_and(|hours| hours.is_null());
        Self { off: DAYS.map(is_off), zone: zone.unwrap_or(Tz::UTC) }
    }

    /// The time itself on a working day, else the beginning of the next one.
    pub fn next(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let today = at.with_timezone(&self.zone).date_naive();
        let days = (0..7).filter_map(|days| today.checked_add_days(Days::new(days)));
        let mut worked = days.filter(|day| !self.off[day.weekday().num_days_from_monday() as usize]);
        match worked.next() {
            Some(day) if day != today => self.beginning(day.and_time(NaiveTime::MIN)).unwrap_or(at),
            // A week without a working day moves nothing.
            _ => at,
        }
    }

    /// In some zones a day begins after midnight, when clocks go forward.
    fn beginning(self, midnight: chrono::NaiveDateTime) -> Option<DateTime<Utc>> {
        let hours = (0..3).map(|hours| midnight + Duration::hours(hours));
        let mut known = hours.filter_map(|hour| self.zone.from_local_datetime(&hour).earliest());
        known.next().map(|at| at.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::WorkingTime;
    use crate::dates;
    use crate::quirks::Quirks;
    use crate::state::organization::Organization;

    #[track_caller]
    fn check(working_days: serde_json::Value, zone: &str, at: &str, expected: &str) {
        let mut organization = Organization::default();
        organization.profile.insert("working_days".to_owned(), working_days);
        organization.profile.insert("timezone".to_owned(), json!(zone));
        let at = dates::read(at).expect("a date");
        let moved = WorkingTime::of(&organization, &Quirks::all()).next(at);
        assert_eq!(Some(moved), dates::read(expected));
    }

    #[test]
    fn days_off_are_days_of_the_organization() {
        let week = json!({ "Monday": {}, "Friday": {}, "Saturday": null, "Sunday": null });
        check(week.clone(), "Europe/Berlin", "2026-09-05 10:00:00", "2026-09-06 22:00:00");
        // Saturday in Sydney, Friday in London.
        check(week.clone(), "Australia/Sydney", "2026-09-04 20:00:00", "2026-09-06 14:00:00");
        check(week.clone(), "Europe/London", "2026-09-04 20:00:00", "2026-09-04 20:00:00");
        check(week, "Nowhere", "2026-09-06 23:59:59", "2026-09-07 00:00:00");
    }

    #[test]
    fn a_day_may_begin_after_midnight() {
        // In Cairo clocks went from 23:59:59 to 01:00:00 on the night to Friday, 2026-04-24.
        check(json!({ "Thursday": null }), "Africa/Cairo", "2026-04-23 10:00:00", "2026-04-23 22:00:00");
    }

    #[test]
    fn without_days_off_or_working_days_nothing_moves() {
        check(json!(null), "UTC", "2026-09-05 10:00:00", "2026-09-05 10:00:00");
        check(json!({}), "UTC", "2026-09-05 10:00:00", "2026-09-05 10:00:00");
        let never: serde_json::Map<_, _> =
            super::DAYS.iter().map(|day| (day.to_string(), json!(null))).collect();
        check(json!(never), "UTC", "2026-09-05 10:00:00", "2026-09-05 10:00:00");
    }
}
