//! Values on their way into a statement. Nulls keep their type, because PostgreSQL asks for it.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// One bound value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A whole number or an id.
    Int(Option<i64>),
    /// Text that a person or the program wrote.
    Text(Option<String>),
    /// A word of a closed list (`words!`).
    Word(Option<&'static str>),
    /// Yes or no.
    Bool(Option<bool>),
    /// A moment, in UTC, to the microsecond.
    Instant(Option<DateTime<Utc>>),
    /// A calendar day.
    Day(Option<NaiveDate>),
    /// A time on the clinic's wall.
    Time(Option<NaiveTime>),
    /// Digests and other bytes.
    Bytes(Option<Vec<u8>>),
}

macro_rules! into_value {
    ($($from:ty => $variant:ident $(via $convert:expr)?),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Value::$variant(Some(into_value!(@ value $($convert)?)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Value::$variant(value.map(|value| into_value!(@ value $($convert)?)))
            }
        }
    )+};
    (@ $value:ident) => { $value };
    (@ $value:ident $convert:expr) => { $convert($value) };
}

into_value! {
    i64 => Int,
    i32 => Int via i64::from,
    u32 => Int via i64::from,
    String => Text,
    &str => Text via str::to_owned,
    &String => Text via String::clone,
    bool => Bool,
    DateTime<Utc> => Instant,
    NaiveDate => Day,
    NaiveTime => Time,
    Vec<u8> => Bytes,
    &[u8] => Bytes via <[u8]>::to_vec,
}
