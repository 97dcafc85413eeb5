//! The cells of the rows that `sqlx` and PostgreSQL's readers find.

use chrono::{DateTime, NaiveDate, NaiveTime};
use serde::de::Error as _;
use serde::de::value::Error;
use sqlx::postgres::{PgRow, PgValueFormat};
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};

use super::rows::{Cell, Cells};
use crate::clock::{day_text, instant_text, time_text};

impl Cells for SqliteRow {
    fn width(&self) -> usize {
        self.len()
    }

    fn name(&self, at: usize) -> &str {
        self.column(at).name()
    }

    fn cell(&self, at: usize) -> Result<Cell<'_>, Error> {
        let value = self.try_get_raw(at).map_err(Error::custom)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        let cell = match value.type_info().name() {
            "INTEGER" => self.try_get_unchecked(at).map(Cell::Number),
            "REAL" => self.try_get_unchecked(at).map(Cell::Real),
            "TEXT" => self.try_get_unchecked(at).map(Cell::Text),
            _ => self.try_get_unchecked(at).map(Cell::Bytes),
        };
        cell.map_err(Error::custom)
    }
}

impl Cells for PgRow {
    fn width(&self) -> usize {
        self.len()
    }

    fn name(&self, at: usize) -> &str {
        self.column(at).name()
    }

    fn cell(&self, at: usize) -> Result<Cell<'_>, Error> {
        let value = self.try_get_raw(at).map_err(Error::custom)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        let kind = value.type_info().oid().map(|oid| oid.0);
        match (kind, value.format()) {
            (Some(kind), PgValueFormat::Binary) => cell(kind, value.as_bytes().map_err(Error::custom)?),
            (_, PgValueFormat::Binary | PgValueFormat::Text) => {
                Err(Error::custom("not in PostgreSQL's binary form"))
            }
        }
    }
}

/// A value in PostgreSQL's binary form. The numbers of the types stand in its catalogue, `pg_type.dat`; days, times and
/// moments count from 2000-01-01.
pub(super) fn cell(kind: u32, bytes: &[u8]) -> Result<Cell<'_>, Error> {
    const MIDNIGHT_2000_MICROS: i64 = 946_684_800_000_000;
    const YEAR_2000: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day");
    Ok(match kind {
        16 => Cell::Yes(bytes != [0]),
        17 => Cell::Bytes(bytes),
        20 => Cell::Number(i64::from_be_bytes(exactly(bytes)?)),
        21 => Cell::Number(i16::from_be_bytes(exactly(bytes)?).into()),
        23 => Cell::Number(i32::from_be_bytes(exactly(bytes)?).into()),
        // name, text, bpchar, varchar and a literal of no type
        19 | 25 | 1042 | 1043 | 705 => Cell::Text(std::str::from_utf8(bytes).map_err(Error::custom)?),
        700 => Cell::Real(f32::from_be_bytes(exactly(bytes)?).into()),
        701 => Cell::Real(f64::from_be_bytes(exactly(bytes)?)),
        1082 => {
            let days = chrono::TimeDelta::days(i32::from_be_bytes(exactly(bytes)?).into());
            Cell::When(day_text(YEAR_2000.checked_add_signed(days).ok_or_else(out_of_range)?))
        }
        1083 => {
            let micros = u64::from_be_bytes(exactly(bytes)?);
            let time = u32::try_from(micros / 1_000_000).ok().and_then(|seconds| {
                NaiveTime::from_num_seconds_from_midnight_opt(seconds, (micros % 1_000_000) as u32 * 1_000)
            });
            Cell::When(time_text(time.ok_or_else(out_of_range)?))
        }
        1184 => {
            let micros = i64::from_be_bytes(exactly(bytes)?).checked_add(MIDNIGHT_2000_MICROS);
            let at = micros.and_then(DateTime::from_timestamp_micros);
            Cell::When(instant_text(at.ok_or_else(out_of_range)?))
        }
        other => return Err(Error::custom(format!("PostgreSQL's type {other} is not read anywhere"))),
    })
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(Error::custom)
}

fn out_of_range() -> Error {
    Error::custom("a day or a time that no calendar has")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_postgresqls_binary_form_are_told_apart() {
        assert_eq!(cell(16, &[1]), Ok(Cell::Yes(true)));
        assert_eq!(cell(16, &[0]), Ok(Cell::Yes(false)));
        assert_eq!(cell(20, &(-7_i64).to_be_bytes()), Ok(Cell::Number(-7)));
        assert_eq!(cell(21, &(-7_i16).to_be_bytes()), Ok(Cell::Number(-7)));
        assert_eq!(cell(23, &(-7_i32).to_be_bytes()), Ok(Cell::Number(-7)));
        assert_eq!(cell(25, "Ọ̀ṣun".as_bytes()), Ok(Cell::Text("Ọ̀ṣun")));
        assert_eq!(cell(17, &[0, 255]), Ok(Cell::Bytes(&[0, 255])));
        assert_eq!(cell(701, &0.25_f64.to_be_bytes()), Ok(Cell::Real(0.25)));
        assert_eq!(cell(1082, &(-1_i32).to_be_bytes()), Ok(Cell::When("1999-12-31".to_owned())));
        assert_eq!(cell(1082, &9_190_i32.to_be_bytes()), Ok(Cell::When("2025-02-28".to_owned())));
        let time = (9 * 3_600 + 5) * 1_000_000 + 7_i64;
        assert_eq!(cell(1083, &time.to_be_bytes()), Ok(Cell::When("09:00:05.000007".to_owned())));
        assert_eq!(
            cell(1184, &(-1_i64).to_be_bytes()),
            Ok(Cell::When("1999-12-31T23:59:59.999999Z".to_owned()))
        );
    }

    #[test]
    fn what_nobody_could_mean_is_refused() {
        assert!(cell(20, &[1, 2]).is_err(), "too short");
        assert!(cell(1082, &i32::MAX.to_be_bytes()).is_err(), "PostgreSQL's infinity");
        assert!(cell(1083, &i64::MAX.to_be_bytes()).is_err());
        assert!(cell(1184, &i64::MAX.to_be_bytes()).is_err(), "PostgreSQL's infinity");
        assert!(cell(1700, &[]).is_err(), "numeric: no statement of ours gives one");
        assert!(cell(25, &[0xff]).is_err(), "no text");
    }
}
