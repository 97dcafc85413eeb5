//! Days and walls of a clinic in any zone: what is said of a moment leads back to it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use infirmary::settings::model::Clinic;
use proptest::prelude::*;

const ZONES: [&str; 5] =
    ["Africa/Lagos", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"];

fn clinic(zone: &str) -> Clinic {
    Clinic { time_zone: zone.to_owned(), ..Clinic::fresh(DateTime::UNIX_EPOCH) }
}

/// Days around which time is most often told wrong, and any other.
fn days() -> impl Strategy<Value = NaiveDate> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let edges = [
        day(2026, 12, 31),
        day(2027, 1, 1),
        day(2028, 2, 28),
        day(2028, 2, 29),
        day(2028, 3, 1),
        day(2027, 3, 28),
        day(2027, 10, 31),
        day(2027, 3, 14),
        day(2027, 11, 7),
        day(2100, 2, 28),
        day(2100, 3, 1),
    ];
    let any = (0_i64..36_500).prop_map(move |more| day(2020, 1, 1) + TimeDelta::days(more));
    prop_oneof![prop::sample::select(edges.to_vec()), any]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_day_begins_where_the_one_before_ends(zone in prop::sample::select(ZONES.to_vec()), day in days()) {
        let clinic = clinic(zone);
        let (start, next) = (clinic.start_of(day), clinic.start_of(day + TimeDelta::days(1)));
        prop_assert_eq!(clinic.day_of(start), day);
        prop_assert_eq!(clinic.day_of(start - TimeDelta::microseconds(1)), day - TimeDelta::days(1));
        prop_assert_eq!(clinic.day_of(next - TimeDelta::microseconds(1)), day);
        let hours = (next - start).num_minutes();
        prop_assert!((23 * 60..=25 * 60).contains(&hours), "{} minutes", hours);
    }

    #[test]
    fn a_time_on_the_wall_leads_to_its_moment_and_back(
        zone in prop::sample::select(ZONES.to_vec()), day in days(), minute in 0_u32..1_440
    ) {
        let clinic = clinic(zone);
        let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
        match clinic.instant(day, time) {
            Some(at) => {
                let wall = clinic.local(at);
                prop_assert_eq!((wall.date_naive(), wall.time().hour() * 60 + wall.time().minute()), (day, minute));
                prop_assert_eq!(clinic.day_of(at), day);
                prop_assert_eq!(clinic.clock(at), time.format("%H:%M").to_string());
            }
            // Only where the clocks go forward.
            None => prop_assert!(clinic.zone().from_local_datetime(&day.and_time(time)).single().is_none()),
        }
    }

    #[test]
    fn lagos_never_changes_its_clocks(day in days(), minute in 0_u32..1_440) {
        let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
        let at = clinic("Africa/Lagos").instant(day, time).unwrap();
        prop_assert_eq!(at, Utc.from_utc_datetime(&(day.and_time(time) - TimeDelta::hours(1))));
    }
}
