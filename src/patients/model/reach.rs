//! How far the clinical part of a record is open to the member of staff who asks (rule A1).

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::model::AccountId;
use crate::words;

words! {
    /// Why somebody without a relation to the patient opens the clinical part of the record.
    pub enum OpeningReason {
        Advice = "advice" => "A colleague asked me for advice",
        Contact = "contact" => "The patient called or wrote",
        Result = "result" => "A result or a letter came in",
        Review = "review" => "Review of care, for example after a complaint",
        Other = "other" => "Another reason",
    }
}

/// Minutes for which a reason opens the clinical part; the table allows no more.
pub const OPEN_MINUTES: i64 = 60;
/// Fewest letters that say anything.
pub const FEWEST: usize = 5;

/// Until when a reason given now opens the clinical part.
pub fn open_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::minutes(OPEN_MINUTES)
}

/// Who asks for a record, and the day on which they do: an appointment of that day is a relation.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// The staff account.
    pub account: AccountId,
    /// The moment.
    pub now: DateTime<Utc>,
    /// The first moment of the clinic's day.
    pub today: DateTime<Utc>,
    /// The first moment of the day after.
    pub tomorrow: DateTime<Utc>,
}

/// The sealed visits of a record of which somebody reads nothing, however far the record is open to them (rule A3). Their
/// ids stand between commas, as a statement compares them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedVisits(String);

impl SealedVisits {
    /// What stands in the place of what a sealed visit holds.
    pub const TOLD: &str = "Sealed: those who treated in it read it";

    /// Of ids between commas; none for none.
    pub fn of(visits: Option<&str>) -> Self {
        SealedVisits(visits.map(|visits| format!(",{visits},")).unwrap_or_default())
    }

    /// Whether this visit is among them.
    pub fn holds(&self, visit: i64) -> bool {
        self.0.contains(&format!(",{visit},"))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `,3,17,` for a statement that leaves them out: `$2 not like '%,' || visit_id || ',%'`. Empty for none.
    pub fn visits(&self) -> &str {
        &self.0
    }
}

/// What the table says between a member of staff and a patient.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Relation {
    /// Whether the account that asks belongs to this very person (rule A7).
    pub is_own: bool,
    /// Whether the patient is in the clinic, has an appointment today, or was treated by who asks.
    pub is_related: bool,
    /// Until when a reason given earlier opens the clinical part.
    pub opened_until: Option<DateTime<Utc>>,
    /// Until when an emergency opens it.
    pub broken_until: Option<DateTime<Utc>>,
    /// Whether the record is sealed: then only the own treating is a relation, and no reason opens it.
    pub is_sealed: bool,
    /// The sealed visits of which who asks reads nothing, between commas (rule A3).
    pub sealed_visits: Option<String>,
    /// Whether the patient is in the clinic.
    pub is_here: bool,
}

/// How far the clinical part is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The role has no clinical content at all.
    Never,
    /// The role has, but there is no relation to this patient: a reason opens it.
    Closed,
    /// Open, by the relation to the patient.
    Related,
    /// Open until then, by a reason that was given.
    Until(DateTime<Utc>),
    /// Sealed, and there is no relation to this patient: only an emergency opens it.
    Sealed,
    /// Sealed, but the patient is in the clinic: who treats here sees what could harm, and nothing else (rule A3).
    SealedHere,
    /// Open until then, by an emergency (rule A4).
    Emergency(DateTime<Utc>),
}

impl Reach {
    /// Decides; `may` is whether the role has clinical content at all.
    pub fn of(may: bool, relation: &Relation) -> Self {
        if !may || relation.is_own {
            return Reach::Never;
        }
        match (relation.is_related, relation.broken_until, relation.opened_until) {
            // An emergency opens more than the relation does: the sealed visits.
            (true, Some(until), _) if relation.sealed_visits.is_some() => Reach::Emergency(until),
            (true, _, _) => Reach::Related,
            (false, Some(until), _) => Reach::Emergency(until),
            (false, None, _) if relation.is_sealed && relation.is_here => Reach::SealedHere,
            (false, None, _) if relation.is_sealed => Reach::Sealed,
            (false, None, Some(until)) => Reach::Until(until),
            (false, None, None) => Reach::Closed,
        }
    }

    /// The visits that stay closed in an open record; an emergency opens them too.
    pub fn sealed_visits(self, relation: &Relation) -> SealedVisits {
        match self {
            Reach::Related | Reach::Until(_) => SealedVisits::of(relation.sealed_visits.as_deref()),
            Reach::Never | Reach::Closed | Reach::Sealed | Reach::SealedHere | Reach::Emergency(_) => {
                SealedVisits::default()
            }
        }
    }

    /// Whether clinical content may be shown.
    pub fn is_open(self) -> bool {
        matches!(self, Reach::Related | Reach::Until(_) | Reach::Emergency(_))
    }

    /// Whether only an emergency opens it.
    pub fn is_sealed(self) -> bool {
        matches!(self, Reach::Sealed | Reach::SealedHere)
    }

    /// Whether allergies, pregnancy and medicines may be shown.
    pub fn shows_harm(self) -> bool {
        self.is_open() || self == Reach::SealedHere
    }

    /// Whether a reason would open it.
    pub fn is_closed(self) -> bool {
        self == Reach::Closed
    }

    /// Until when, where it was opened by a reason.
    pub fn until(self) -> Option<DateTime<Utc>> {
        match self {
            Reach::Until(until) => Some(until),
            Reach::Never
            | Reach::Closed
            | Reach::Related
            | Reach::Sealed
            | Reach::SealedHere
            | Reach::Emergency(_) => None,
        }
    }

    /// Whether breaking the glass would open it.
    pub fn may_break(self) -> bool {
        matches!(self, Reach::Closed | Reach::Sealed | Reach::SealedHere)
    }

    /// Until when, where it was opened by an emergency.
    pub fn emergency(self) -> Option<DateTime<Utc>> {
        match self {
            Reach::Emergency(until) => Some(until),
            Reach::Never
            | Reach::Closed
            | Reach::Related
            | Reach::Sealed
            | Reach::SealedHere
            | Reach::Until(_) => None,
        }
    }

    /// Why the person reads it, for the trail and for the patient who asks.
    pub fn why(self) -> &'static str {
        match self {
            Reach::Related => "treats",
            Reach::Until(_) => "reason",
            Reach::Emergency(_) => "emergency",
            Reach::SealedHere => "safety",
            Reach::Never | Reach::Closed | Reach::Sealed => "identity",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_without_clinical_content_reaches_nothing_and_a_relation_needs_no_reason() {
        let until = DateTime::<Utc>::UNIX_EPOCH;
        let relation = Relation { is_related: true, opened_until: Some(until), ..Relation::default() };
        assert_eq!(Reach::of(false, &relation), Reach::Never);
        assert_eq!(Reach::of(true, &relation), Reach::Related);
        let stranger = Relation { is_related: false, ..relation.clone() };
        assert_eq!(Reach::of(true, &stranger), Reach::Until(until));
        assert_eq!(Reach::of(true, &Relation::default()), Reach::Closed);
        assert_eq!(Reach::of(true, &Relation { is_own: true, ..relation.clone() }), Reach::Never);
    }

    #[test]
    fn a_seal_holds_against_a_reason_and_an_emergency_breaks_it() {
        let until = DateTime::<Utc>::UNIX_EPOCH;
        let sealed = Relation { is_sealed: true, opened_until: Some(until), ..Relation::default() };
        assert_eq!(Reach::of(true, &sealed), Reach::Sealed);
        let here = Reach::of(true, &Relation { is_here: true, ..sealed.clone() });
        assert_eq!((here, here.is_open(), here.shows_harm()), (Reach::SealedHere, false, true));
        assert_eq!(Reach::of(false, &Relation { is_here: true, ..sealed.clone() }), Reach::Never);
        let broken = Relation { broken_until: Some(until), ..sealed.clone() };
        assert_eq!(Reach::of(true, &broken), Reach::Emergency(until));
        assert_eq!(Reach::of(false, &broken), Reach::Never);
        assert_eq!(Reach::of(true, &Relation { is_own: true, ..broken.clone() }), Reach::Never);
        assert_eq!(Reach::of(true, &Relation { is_related: true, ..sealed.clone() }), Reach::Related);
    }

    #[test]
    fn an_emergency_opens_the_sealed_visits_that_the_relation_leaves_closed() {
        let until = DateTime::<Utc>::UNIX_EPOCH;
        let treats =
            Relation { is_related: true, sealed_visits: Some("3,17".to_owned()), ..Relation::default() };
        let reach = Reach::of(true, &treats);
        let sealed = reach.sealed_visits(&treats);
        assert_eq!((reach, sealed.visits()), (Reach::Related, ",3,17,"));
        assert!(
            sealed.holds(3) && sealed.holds(17) && !sealed.holds(1) && !sealed.holds(7) && !sealed.is_empty()
        );
        let broken = Relation { broken_until: Some(until), ..treats };
        let reach = Reach::of(true, &broken);
        assert_eq!(reach, Reach::Emergency(until));
        assert!(reach.sealed_visits(&broken).is_empty() && !reach.sealed_visits(&broken).holds(3));
        let reasoned =
            Relation { is_related: false, broken_until: None, opened_until: Some(until), ..broken };
        assert!(Reach::of(true, &reasoned).sealed_visits(&reasoned).holds(17), "a reason opens none");
    }
}
