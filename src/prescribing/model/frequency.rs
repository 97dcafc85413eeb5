//! How often a medicine is taken, in words (experience C2).

use crate::words;

words! {
    /// How often.
    pub enum Frequency {
        Daily = "1" => "once daily",
        Twice = "2" => "twice daily",
        Three = "3" => "3 times daily",
        Four = "4" => "4 times daily",
        Five = "5" => "5 times daily",
        Six = "6" => "6 times daily",
        Morning = "morning" => "every morning",
        Night = "night" => "at night",
        FourHourly = "q4h" => "every 4 hours",
        SixHourly = "q6h" => "every 6 hours",
        EightHourly = "q8h" => "every 8 hours",
        TwelveHourly = "q12h" => "every 12 hours",
        AsNeeded = "prn" => "as needed",
        Once = "once" => "once only",
        Alternate = "alternate" => "every other day",
        Weekly = "weekly" => "once weekly",
        Monthly = "monthly" => "every 4 weeks",
    }
}

impl Frequency {
    /// The usual one for so many times a day.
    pub fn of_times(times: i64) -> Option<Self> {
        Some(match times {
            1 => Frequency::Daily,
            2 => Frequency::Twice,
            3 => Frequency::Three,
            4 => Frequency::Four,
            5 => Frequency::Five,
            6 => Frequency::Six,
            _ => return None,
        })
    }

    /// How many doses that makes in so many days; none where only the patient knows.
    pub fn doses(self, days: i64) -> Option<i64> {
        let a_day = |times: i64| days.checked_mul(times);
        let every = |period: i64| days.checked_add(period - 1).map(|sum| sum / period);
        match self {
            Frequency::Daily | Frequency::Morning | Frequency::Night => a_day(1),
            Frequency::Twice | Frequency::TwelveHourly => a_day(2),
            Frequency::Three | Frequency::EightHourly => a_day(3),
            Frequency::Four | Frequency::SixHourly => a_day(4),
            Frequency::Five => a_day(5),
            Frequency::Six | Frequency::FourHourly => a_day(6),
            Frequency::Once => Some(1),
            Frequency::Alternate => every(2),
            Frequency::Weekly => every(7),
            Frequency::Monthly => every(28),
            Frequency::AsNeeded => None,
        }
    }

    /// Whether days say how long it goes on.
    pub fn has_days(self) -> bool {
        self != Frequency::Once
    }
}
