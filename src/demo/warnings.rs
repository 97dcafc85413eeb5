//! What the demo's doctors were warned of in the last four weeks: signed all the same, told at the line, or heeded.

use chrono::{DateTime, TimeDelta, Utc};
use indicatif::ProgressBar;

use super::{Filling, row};
use crate::db::{Db, DbError, sql};
use crate::prescribing::model::WarningKind;
use crate::settings::store as settings;

const COLUMNS: &[&str] = &["kind", "name", "account_id", "at"];
/// What was taken out of a draft again, and how often.
const HEEDED: [(WarningKind, &str, i64); 5] = [
    (WarningKind::Allergy, "amoxicillin", 6),
    (WarningKind::Allergy, "ibuprofen", 3),
    (WarningKind::Cross, "cefuroxime", 2),
    (WarningKind::Duplicate, "paracetamol", 5),
    (WarningKind::Interaction, "ciprofloxacin", 2),
];

/// Fills the warnings of what was prescribed.
pub(super) async fn write(db: &Db, now: DateTime<Utc>, bar: ProgressBar) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    let mut filling = Filling::begin(db, clinic, now, bar).await?;
    let from = now - TimeDelta::days(28);
    // Nobody was asked about allergies: each line says so.
    sql("insert into prescription_warning (line_id, kind, tier, about, words, account_id, account_name, at)
         select l.id, 'unasked', 'caution', 'unasked', 'Nobody has asked this patient about allergies yet',
            p.prescriber_id, p.prescriber_name, l.signed_at
         from prescription_line l join prescription p on p.id = l.prescription_id
         where l.signed_at >= $1 and p.allergies = 'Not asked'")
    .bind(from)
    .run(filling.tx().await?)
    .await?;
    // One in twelve has tablets against pain and fever already, and gets them all the same.
    sql("insert into prescription_warning (line_id, kind, tier, about, words, reason, account_id, account_name, at)
         select l.id, 'duplicate', 'stop', 'paracetamol',
            'Paracetamol is in ' || l.name || ' ' || l.strength || ' ' || l.form || ' (active)',
            case l.id % 3 when 0 then 'The first course was finished early' when 1 then 'Left the tablets at home'
                else 'Stopped them after a day' end,
            p.prescriber_id, p.prescriber_name, l.signed_at
         from prescription_line l join prescription p on p.id = l.prescription_id
         where l.signed_at >= $1 and l.name = 'paracetamol' and l.id % 12 = 5")
    .bind(from)
    .run(filling.tx().await?)
    .await?;
    let doctors = filling.doctors_of_demo().await?;
    let all = HEEDED.iter().flat_map(|(kind, name, times)| (0..*times).map(move |at| (*kind, *name, at)));
    let rows = all
        .zip(doctors.iter().cycle())
        .map(|((kind, name, at), doctor)| row![kind, name, *doctor, now - TimeDelta::days(1 + at * 4)])
        .collect();
    filling.put("prescription_heeded", COLUMNS, rows).await?;
    filling.step("warnings", 0).await
}
