//! The vital signs: their units, what a body can show at all (rule W1), and the body mass index (rule W4).

use crate::laboratory::model::parse_decimal;
use crate::words;

words! {
    /// A sign that is measured. Each has one unit; values are whole numbers of its last digit.
    pub enum Sign {
        Temperature = "temperature" => "Temperature",
        Pulse = "pulse" => "Pulse",
        Respiration = "respiration" => "Respiration",
        OxygenSaturation = "oxygen_saturation" => "Oxygen saturation",
        Systolic = "systolic" => "Systolic pressure",
        Diastolic = "diastolic" => "Diastolic pressure",
        Weight = "weight" => "Weight",
        Height = "height" => "Height",
        Pain = "pain" => "Pain",
    }
}

impl Sign {
    /// The unit, as it is printed behind the number.
    pub const fn unit(self) -> &'static str {
        match self {
            Sign::Temperature => "°C",
            Sign::Pulse | Sign::Respiration => "/min",
            Sign::OxygenSaturation => "%",
            Sign::Systolic | Sign::Diastolic => "mmHg",
            Sign::Weight => "kg",
            Sign::Height => "cm",
            Sign::Pain => "of 10",
        }
    }

    /// Digits behind the point.
    pub const fn decimals(self) -> u32 {
        match self {
            Sign::Temperature | Sign::Weight | Sign::Height => 1,
            Sign::Pulse
            | Sign::Respiration
            | Sign::OxygenSaturation
            | Sign::Systolic
            | Sign::Diastolic
            | Sign::Pain => 0,
        }
    }

    /// What can be true of a living person, in the last digit, both ends included (rule W1). The table holds to the same.
    pub const fn limits(self) -> (i64, i64) {
        match self {
            Sign::Temperature => (250, 450),
            Sign::Pulse => (20, 300),
            Sign::Respiration => (3, 80),
            Sign::OxygenSaturation => (30, 100),
            Sign::Systolic => (40, 300),
            Sign::Diastolic => (20, 200),
            Sign::Weight => (3, 4_000),
            Sign::Height => (250, 2_600),
            Sign::Pain => (0, 10),
        }
    }

    /// `36.5` of 365 tenths.
    pub fn number(self, value: i64) -> String {
        match self.decimals() {
            0 => value.to_string(),
            _ => format!("{}.{}", value / 10, value % 10),
        }
    }

    /// `36.5 °C`
    pub fn amount(self, value: i64) -> String {
        format!("{} {}", self.number(value), self.unit())
    }

    /// Reads what was typed: point or comma, the unit may stand behind it. `Err` says how to mend it.
    pub fn read(self, typed: &str) -> Result<Option<i64>, String> {
        let typed = typed.trim().trim_end_matches(self.unit()).trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let value = parse_decimal(typed, i64::from(self.decimals())).map_err(|_| match self.decimals() {
            0 => format!("{} must be a whole number, like {}", self.label(), self.example()),
            _ => {
                format!("{} must be a number with at most one decimal, like {}", self.label(), self.example())
            }
        })?;
        let (lowest, highest) = self.limits();
        if (lowest..=highest).contains(&value) {
            return Ok(Some(value));
        }
        let (lowest, highest) = (self.number(lowest), self.number(highest));
        let bounds = match self {
            // Its unit says the upper end already.
            Sign::Pain => format!("between {lowest} and {highest}"),
            Sign::Height => format!("in centimetres, between {lowest} and {highest}"),
            Sign::Temperature
            | Sign::Pulse
            | Sign::Respiration
            | Sign::OxygenSaturation
            | Sign::Systolic
            | Sign::Diastolic
            | Sign::Weight => format!("between {lowest} and {highest} {}", self.unit()),
        };
        // A thermometer in Fahrenheit is the one slip that can be named with certainty.
        if self == Sign::Temperature && (770..=1_130).contains(&value) {
            let celsius = ((value - 320) * 10 + 9) / 18;
            let (read, meant) = (self.number(value), self.number(celsius));
            return Err(format!("Temperature must be in °C: {read} °F is {meant} °C"));
        }
        Err(format!("{} must be {bounds}", self.label()))
    }

    const fn example(self) -> &'static str {
        match self {
            Sign::Temperature => "36.8",
            Sign::Pulse => "72",
            Sign::Respiration => "16",
            Sign::OxygenSaturation => "98",
            Sign::Systolic => "120",
            Sign::Diastolic => "80",
            Sign::Weight => "64.5",
            Sign::Height => "172",
            Sign::Pain => "3",
        }
    }
}

words! {
    /// What the patient breathes while the saturation is read.
    pub enum Oxygen {
        Air = "air" => "Air",
        Given = "oxygen" => "Oxygen",
    }
}

words! {
    /// How awake the patient is (ACVPU of NEWS2).
    pub enum Consciousness {
        Alert = "alert" => "Alert",
        Confused = "confused" => "Newly confused",
        Voice = "voice" => "Answers to voice",
        Pain = "pain" => "Answers to pain",
        Unresponsive = "unresponsive" => "Does not answer",
    }
}

/// The numbers of one taking; what was not measured is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Measured {
    /// Tenths of a degree Celsius.
    pub temperature: Option<i64>,
    /// Beats a minute.
    pub pulse: Option<i64>,
    /// Breaths a minute.
    pub respiration: Option<i64>,
    /// Per cent, by the finger.
    pub oxygen_saturation: Option<i64>,
    /// mmHg.
    pub systolic: Option<i64>,
    /// mmHg.
    pub diastolic: Option<i64>,
    /// Tenths of a kilogram.
    pub weight: Option<i64>,
    /// Millimetres.
    pub height: Option<i64>,
    /// 0 (none) to 10.
    pub pain: Option<i64>,
}

impl Measured {
    /// The value of a sign.
    pub fn of(&self, sign: Sign) -> Option<i64> {
        match sign {
            Sign::Temperature => self.temperature,
            Sign::Pulse => self.pulse,
            Sign::Respiration => self.respiration,
            Sign::OxygenSaturation => self.oxygen_saturation,
            Sign::Systolic => self.systolic,
            Sign::Diastolic => self.diastolic,
            Sign::Weight => self.weight,
            Sign::Height => self.height,
            Sign::Pain => self.pain,
        }
    }

    /// Puts the value of a sign.
    pub fn put(&mut self, sign: Sign, value: Option<i64>) {
        let place = match sign {
            Sign::Temperature => &mut self.temperature,
            Sign::Pulse => &mut self.pulse,
            Sign::Respiration => &mut self.respiration,
            Sign::OxygenSaturation => &mut self.oxygen_saturation,
            Sign::Systolic => &mut self.systolic,
            Sign::Diastolic => &mut self.diastolic,
            Sign::Weight => &mut self.weight,
            Sign::Height => &mut self.height,
            Sign::Pain => &mut self.pain,
        };
        *place = value;
    }

    /// Whether anything was measured.
    pub fn is_empty(&self) -> bool {
        Sign::ALL.iter().all(|sign| self.of(*sign).is_none())
    }
}

/// One taking as a person enters it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// The numbers.
    pub measured: Measured,
    /// What was breathed.
    pub oxygen: Option<Oxygen>,
    /// How awake.
    pub consciousness: Option<Consciousness>,
    /// Whether a clinician decided on the second scale of saturation (88 to 92 % is the aim).
    pub second_scale: bool,
    /// Whether the patient says that she is pregnant; none where it was not asked.
    pub pregnant: Option<bool>,
}

/// Days for which the height of an adult stands (rule W4).
pub const BMI_HEIGHT_DAYS: i64 = 365;

/// Body mass index in tenths of kg/m², rounded half up, of tenths of a kilogram and millimetres.
///
/// `None` where the height is nothing. Source: WHO, weight in kilograms by the square of the height in metres.
pub fn bmi_tenths(weight: i64, height: i64) -> Option<i64> {
    let square = height.checked_mul(height).filter(|square| *square > 0)?;
    // (w / 10) / (h / 1000)² x 10 = w x 1,000,000 / h²
    Some((weight.checked_mul(2_000_000)? + square) / (2 * square))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_type_is_read_with_point_comma_or_unit() {
        assert_eq!(Sign::Temperature.read(" 36,8 "), Ok(Some(368)));
        assert_eq!(Sign::Temperature.read("37 °C"), Ok(Some(370)));
        assert_eq!(Sign::Weight.read("64.50"), Ok(Some(645)));
        assert_eq!(Sign::Pulse.read("72.0"), Ok(Some(72)));
        assert_eq!(Sign::Pulse.read(""), Ok(None));
        for wrong in ["7 2", "-3", "1e9", "abc", "36.85", "36.", ".5", "3.6.5", "9999999999"] {
            assert!(Sign::Temperature.read(wrong).is_err(), "{wrong}");
        }
        assert!(Sign::Pulse.read("72.5").is_err());
    }

    #[test]
    fn the_impossible_is_refused_at_every_limit() {
        for sign in Sign::ALL {
            let (lowest, highest) = sign.limits();
            assert_eq!(sign.read(&sign.number(lowest)), Ok(Some(lowest)), "{sign}");
            assert_eq!(sign.read(&sign.number(highest)), Ok(Some(highest)), "{sign}");
            assert!(sign.read(&sign.number(highest + 1)).is_err(), "{sign}");
            if lowest > 0 {
                assert!(sign.read(&sign.number(lowest - 1)).is_err(), "{sign}");
            }
        }
    }

    #[test]
    fn a_thermometer_in_fahrenheit_is_named() {
        let said = Sign::Temperature.read("98.6").unwrap_err();
        assert_eq!(said, "Temperature must be in °C: 98.6 °F is 37.0 °C");
        assert_eq!(
            Sign::Temperature.read("104").unwrap_err(),
            "Temperature must be in °C: 104.0 °F is 40.0 °C"
        );
    }

    #[test]
    fn the_body_mass_index_is_rounded_half_up() {
        assert_eq!(bmi_tenths(645, 1_720), Some(218));
        assert_eq!(bmi_tenths(1_000, 2_000), Some(250));
        assert_eq!(bmi_tenths(700, 0), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed_again(index in 0_usize..9, value in 0_i64..4_000) {
            let sign = Sign::ALL[index];
            let (lowest, highest) = sign.limits();
            let value = value.clamp(lowest, highest);
            prop_assert_eq!(sign.read(&sign.number(value)), Ok(Some(value)));
            prop_assert_eq!(sign.read(&sign.amount(value)), Ok(Some(value)));
        }

        #[test]
        fn the_body_mass_index_is_within_half_a_tenth(weight in 3_i64..=4_000, height in 250_i64..=2_600) {
            let exact = (weight as f64 / 10.0) / (height as f64 / 1_000.0).powi(2) * 10.0;
            let found = bmi_tenths(weight, height).unwrap() as f64;
            prop_assert!((found - exact).abs() <= 0.500_001, "{found} {exact}");
        }
    }
}
