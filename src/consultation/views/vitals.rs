//! Pages of vital signs.

use askama::Template;

use super::Chart;
use crate::access::model::Permission;
use crate::consultation::model::{
    Alarm, Consciousness, Escalation, Level, News2, Oxygen, Responses, Sign, Unscored, bmi_range, range_on,
};
use crate::consultation::store::body::Body;
use crate::consultation::store::signs::{INPUTS, Signs};
use crate::consultation::store::vitals::{Flag, Vitals};
use crate::patients::PatientId;
use crate::procedures::Procedure;
use crate::queue::model::{PointId, VisitId};
use crate::record::Banner;
use crate::settings::model::age_on;
use crate::web::{FormState, Page};

/// Signs that have a curve.
const CURVES: [Sign; 6] =
    [Sign::Temperature, Sign::Pulse, Sign::Respiration, Sign::OxygenSaturation, Sign::Systolic, Sign::Weight];
/// Ages between which a woman is asked whether she is pregnant.
const FERTILE: std::ops::RangeInclusive<u32> = 12..=55;

/// Taking or correcting vital signs.
#[derive(Debug, Template)]
#[template(path = "consultation/vitals.html")]
pub struct VitalsPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The visit.
    pub visit: VisitId,
    /// The patient.
    pub banner: Banner,
    /// What was measured before.
    pub last: Signs,
    /// What is corrected.
    pub corrects: Option<Vitals>,
    /// Whether something is so far off that it has to be confirmed.
    pub unusual: bool,
    /// What is planned to be done in the visit, for those who do it.
    pub planned: Vec<Procedure>,
}

impl VitalsPage {
    /// Where the form goes.
    pub fn target(&self) -> String {
        match &self.corrects {
            Some(old) => crate::web::paths::consultation::correction(old.id),
            None => crate::web::paths::consultation::vitals(self.visit),
        }
    }

    /// The sign's name with its unit.
    pub fn label(&self, sign: &Sign) -> String {
        match sign {
            Sign::Pain => "Pain (0 to 10)".to_owned(),
            Sign::Temperature
            | Sign::Pulse
            | Sign::Respiration
            | Sign::OxygenSaturation
            | Sign::Systolic
            | Sign::Diastolic
            | Sign::Weight
            | Sign::Height => format!("{} ({})", sign.label(), sign.unit()),
        }
    }

    /// `Last 36.8 °C, 2026-08-06`
    pub fn before(&self, sign: &Sign) -> String {
        let words = |(value, last): (i64, &Vitals)| {
            // Under a narrow field a day is not broken in the middle.
            let day = self.page.clinic.day_of(last.taken_at).to_string().replace('-', "\u{2011}");
            format!("Last {}, {day}", sign.amount(value))
        };
        self.last.of(*sign).map(words).unwrap_or_default()
    }

    /// The signs of one group of fields.
    pub fn signs(&self) -> [Sign; 9] {
        [
            Sign::Temperature,
            Sign::Pulse,
            Sign::Respiration,
            Sign::OxygenSaturation,
            Sign::Systolic,
            Sign::Diastolic,
            Sign::Weight,
            Sign::Height,
            Sign::Pain,
        ]
    }

    /// Air or oxygen.
    pub fn breathing(&self) -> Vec<(&'static str, &'static str)> {
        Oxygen::choices()
    }

    /// How awake.
    pub fn awake(&self) -> Vec<(&'static str, &'static str)> {
        Consciousness::choices()
    }

    /// Whether the question about pregnancy is asked.
    pub fn asks_pregnancy(&self) -> bool {
        let who = &self.banner.summary.who;
        let age = who.born_on.and_then(|born| age_on(self.page.today(), born));
        let may_be =
            who.sex == crate::patients::model::Sex::Female && age.is_none_or(|age| FERTILE.contains(&age));
        may_be || self.known_pregnancy().is_some()
    }

    /// What is known of a pregnancy, beside the question.
    fn known_pregnancy(&self) -> Option<String> {
        self.banner.pregnancy(&self.page)
    }

    /// The same as a hint; empty where nothing is known.
    pub fn pregnancy_hint(&self) -> String {
        let known = |words| format!("Known: {words}. The score NEWS2 is not made in pregnancy");
        self.known_pregnancy().map(known).unwrap_or_default()
    }

    /// Yes or no.
    pub fn pregnancy(&self) -> [(&'static str, &'static str); 2] {
        [("no", "No"), ("yes", "Yes")]
    }
}

/// One taking.
#[derive(Debug, Template)]
#[template(path = "consultation/taking.html")]
pub struct TakingPage {
    /// The frame.
    pub page: Page,
    /// What was measured.
    pub vitals: Vitals,
    /// The height and the weight beside it.
    pub body: Body,
    /// Whose.
    pub banner: Banner,
    /// The point where the patient is now.
    pub point: Option<PointId>,
}

impl TakingPage {
    /// The score, or why there is none.
    pub fn score(&self) -> Result<News2, Unscored> {
        self.vitals.score()
    }

    /// The words where there is no score.
    pub fn unscored(&self) -> Option<String> {
        match self.score().err()? {
            Unscored::NotFor(whom) => Some(format!("NEWS2 is not made for {whom}.")),
            Unscored::Incomplete(missing) => {
                Some(format!("NEWS2 is incomplete: {} not measured.", missing.join(", ")))
            }
        }
    }

    /// What is grave alone where there is no score, and what follows from that.
    pub fn grave(&self) -> Option<(String, &'static str)> {
        self.score().err()?;
        let alarm = Alarm::of(&self.vitals.taken(), self.vitals.years())?;
        let response = if self.point.is_some() { Responses::of } else { Responses::after };
        Some((alarm.words, response(alarm.escalation)))
    }

    /// What follows from the score.
    pub fn response(&self, score: &News2) -> &'static str {
        match self.point {
            Some(_) => Responses::of(score.escalation()),
            None => Responses::after(score.escalation()),
        }
    }

    /// The notice's kind.
    pub fn kind(&self, score: &News2) -> &'static str {
        match score.escalation() {
            Escalation::None => "ok",
            Escalation::Urgent => "wait",
            Escalation::Emergency => "danger",
        }
    }

    /// Whether the emergency procedure is shown: only while the patient is here.
    pub fn is_emergency(&self, score: &News2) -> bool {
        score.escalation() == Escalation::Emergency && self.point.is_some()
    }

    /// What was measured: name, amount, flag.
    pub fn rows(&self) -> Vec<(&'static str, String, Option<Flag>)> {
        let measured = Sign::ALL.iter().filter_map(|sign| {
            let value = self.vitals.measured.of(*sign)?;
            Some((sign.label(), sign.amount(value), self.vitals.flag(*sign)))
        });
        let mut rows: Vec<_> = measured.collect();
        if let Some(bmi) = self.body.bmi(&self.vitals) {
            let amount = format!("{}.{} kg/m²", bmi / 10, bmi % 10);
            let (who, day) = (&self.banner.summary.who, self.page.clinic.day_of(self.vitals.taken_at));
            let flag =
                bmi_range(who.born_on, day, who.sex).and_then(|range| self.body.flag(&self.vitals, range));
            rows.push(("Body mass index", amount, flag));
        }
        rows
    }
}

impl Flag {
    /// `High, usual 51 to 90`
    pub fn words(&self) -> String {
        let number = |value: i64| match self.sign.parse::<Sign>() {
            Ok(sign) => sign.number(value),
            Err(_) => format!("{}.{}", value / 10, value % 10),
        };
        format!("{}, usual {} to {}", self.level.label(), number(self.low), number(self.high))
    }

    /// The tag's kind.
    pub fn kind(&self) -> &'static str {
        match self.level {
            Level::CriticalLow | Level::CriticalHigh => "danger",
            Level::Low | Level::High => "wait",
            Level::Usual => "plain",
        }
    }
}

/// The vital signs of a patient over time.
#[derive(Debug, Template)]
#[template(path = "consultation/trend.html")]
pub struct TrendPage {
    /// The frame.
    pub page: Page,
    /// Whose.
    pub banner: Banner,
    /// Newest first.
    pub takings: Vec<Vitals>,
    /// The next page.
    pub older: Option<String>,
}

impl TrendPage {
    /// A curve for each sign that was taken twice or more; corrected takings are left out.
    pub fn charts(&self) -> Vec<Chart> {
        let age = self.banner.summary.who.born_on.and_then(|born| age_on(self.page.today(), born));
        let standing: Vec<&Vitals> =
            self.takings.iter().rev().filter(|taking| taking.replaced_by.is_none()).collect();
        // The band is what is aimed at now.
        let aimed = standing.last().is_some_and(|taking| taking.second_scale);
        let of = |sign: &Sign| {
            let values: Vec<i64> = standing.iter().filter_map(|taking| taking.measured.of(*sign)).collect();
            Chart::of(*sign, &values, range_on(aimed, *sign, age))
        };
        CURVES.iter().filter_map(of).collect()
    }

    /// The value of a sign in one taking, or nothing.
    pub fn value(&self, taking: &Vitals, sign: &str) -> String {
        sign.parse::<Sign>()
            .ok()
            .and_then(|sign| taking.measured.of(sign).map(|value| sign.number(value)))
            .unwrap_or_default()
    }

    /// `120/80`
    pub fn pressure(&self, taking: &Vitals) -> String {
        match (taking.measured.systolic, taking.measured.diastolic) {
            (Some(systolic), Some(diastolic)) => format!("{systolic}/{diastolic}"),
            _ => String::new(),
        }
    }

    /// `Not whole: 3 of 7 signs`, where a score is made for this person and was not.
    pub fn not_whole(&self, taking: &Vitals) -> Option<String> {
        match taking.score() {
            Err(Unscored::Incomplete(missing)) => {
                Some(format!("Not whole: {} of {INPUTS} signs", INPUTS - missing.len()))
            }
            Ok(_) | Err(Unscored::NotFor(_)) => None,
        }
    }

    /// The mark of a value that is out of its range.
    pub fn mark(&self, taking: &Vitals, sign: &str) -> Option<Flag> {
        taking.flags().into_iter().find(|flag| flag.sign == sign)
    }

    /// The columns of the table: sign and heading.
    pub fn columns(&self) -> [(&'static str, &'static str); 7] {
        [
            ("temperature", "Temp. °C"),
            ("pulse", "Pulse /min"),
            ("respiration", "Resp. /min"),
            ("oxygen_saturation", "SpO2 %"),
            ("weight", "Weight kg"),
            ("height", "Height cm"),
            ("pain", "Pain"),
        ]
    }
}

impl VitalsPage {
    /// Whether the person decides on the second scale of saturation.
    pub fn decides(&self) -> bool {
        self.page.may(Permission::Consult)
    }
}

impl VitalsPage {
    /// Whose.
    pub fn patient(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }
}

impl TakingPage {
    /// Whose.
    pub fn patient(&self) -> PatientId {
        self.vitals.patient_id
    }
}

impl TrendPage {
    /// Whose.
    pub fn patient(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }
}
