//! What the demo's doctors found and what was done: one diagnosis for each visit, the one of its note.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use indicatif::ProgressBar;

use super::names::Chance;
use super::{Filling, row};
use crate::db::{Db, DbError, Value, bulk, sql};
use crate::settings::store as settings;

const DIAGNOSIS: &[&str] = &[
    "id",
    "visit_id",
    "patient_id",
    "note_id",
    "code_id",
    "system",
    "code",
    "term",
    "plain_name",
    "sensitive",
    "certainty",
    "is_main",
    "onset",
    "state",
    "recorded_by",
    "recorded_name",
    "recorded_at",
    "signed_at",
];
const PROCEDURE: &[&str] = &[
    "id",
    "visit_id",
    "patient_id",
    "note_id",
    "kind_id",
    "name",
    "plain_name",
    "price",
    "needs_consent",
    "sensitive",
    "instruction",
    "state",
    "planned_by",
    "planned_name",
    "planned_at",
    "done_by",
    "done_name",
    "done_at",
    "outcome",
];
/// Visits that are read at once.
const BATCH: i64 = 5_000;
/// The nurse of the demo.
const NURSE: (i64, &str) = (3, "Ngozi Eze");

/// What is done besides.
const DONE: [(&str, &str); 3] = [
    ("dressing_small", "Left shin, clean and dry"),
    ("injection_im", "No reaction after 15 minutes"),
    ("peak_flow", "420 L/min"),
];

#[derive(Debug, Clone, serde::Deserialize)]
struct Term {
    id: i64,
    code: String,
    term: String,
    plain_name: String,
    sensitive: bool,
}

#[derive(Debug, Clone, serde::Deserialize)]
struct Offered {
    id: i64,
    code: String,
    name: String,
    plain_name: String,
    price: i64,
}

#[derive(Debug, Clone, serde::Deserialize)]
struct Seen {
    id: i64,
    patient_id: i64,
    doctor: i64,
    doctor_name: String,
    at: DateTime<Utc>,
    is_open: bool,
    is_drafted: bool,
    note_id: Option<i64>,
}

struct Making {
    terms: BTreeMap<String, Term>,
    offered: BTreeMap<String, Offered>,
    chance: Chance,
    diagnosis: i64,
    procedure: i64,
    /// Whether procedures are written too.
    procedures: bool,
    diagnoses: Vec<Vec<Value>>,
    done: Vec<Vec<Value>>,
}

/// Fills diagnoses, and in the small demo procedures.
pub(super) async fn write(
    db: &Db,
    now: DateTime<Utc>,
    procedures: bool,
    bar: ProgressBar,
) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    let mut filling = Filling::begin(db, clinic, now, bar).await?;
    let mut making = making(&mut filling, procedures).await?;
    let mut after = 0;
    loop {
        let seen: Vec<Seen> = sql("select v.id, v.patient_id, e.served_by as doctor,
                trim(a.title || ' ' || a.name) as doctor_name, coalesce(e.ended_at, e.started_at, e.entered_at) as at,
                v.closed_at is null as is_open,
                exists (select 1 from prescription p where p.visit_id = v.id and p.state = 'draft') as is_drafted,
                (select min(n.id) from note n where n.visit_id = v.id and n.state = 'signed') as note_id
             from (select id, patient_id, closed_at, (select min(d.id) from queue_entry d join service_point p on p.id = d.point_id
                        where d.visit_id = visit.id and p.kind = 'consulting' and d.started_at is not null) as entry_id
                    from visit where id > $1 order by id limit $2) v
             join queue_entry e on e.id = v.entry_id join account a on a.id = e.served_by order by v.id")
        .bind(after)
        .bind(BATCH)
        .all(filling.tx().await?)
        .await?;
        let Some(last) = seen.last() else { break };
        after = last.id;
        for one in seen.iter().filter(|one| !one.is_open || one.is_drafted) {
            making.visit(one);
        }
        filling.put("diagnosis", DIAGNOSIS, std::mem::take(&mut making.diagnoses)).await?;
        filling.put("visit_procedure", PROCEDURE, std::mem::take(&mut making.done)).await?;
        filling.step("diagnoses", usize::try_from(after).unwrap_or(0)).await?;
    }
    for table in ["diagnosis", "visit_procedure"] {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    count(&mut filling).await?;
    filling.step("diagnoses", usize::try_from(after).unwrap_or(0)).await
}

async fn making(filling: &mut Filling, procedures: bool) -> Result<Making, DbError> {
    let terms: Vec<Term> =
        sql("select id, code, term, plain_name, sensitive from diagnosis_code c where system = 'own'
            and id = (select min(f.id) from diagnosis_code f where f.code = c.code and f.system = 'own')")
        .all(filling.tx().await?)
        .await?;
    let offered: Vec<Offered> =
        sql("select id, code, name, plain_name, price from procedure_kind").all(filling.tx().await?).await?;
    Ok(Making {
        terms: terms.into_iter().map(|one| (one.code.clone(), one)).collect(),
        offered: offered.into_iter().map(|one| (one.code.clone(), one)).collect(),
        chance: Chance::new(101),
        diagnosis: 0,
        procedure: 0,
        procedures,
        diagnoses: Vec::new(),
        done: Vec::new(),
    })
}

impl Making {
    fn visit(&mut self, seen: &Seen) {
        let (code, onset, _) = super::notes::found(seen.id);
        self.diagnosed(seen, code, onset, true);
        if self.chance.one_in(9) {
            self.diagnosed(seen, "R51", "", false);
        }
        if self.procedures && (seen.is_drafted || self.chance.one_in(8)) {
            self.procedure(seen);
        }
    }

    fn diagnosed(&mut self, seen: &Seen, code: &str, onset: &str, main: bool) {
        let Some(term) = self.terms.get(code) else { return };
        self.diagnosis += 1;
        let sure = if seen.is_drafted || self.chance.one_in(4) { "suspected" } else { "confirmed" };
        let signed = (!seen.is_drafted).then_some(seen.at);
        self.diagnoses.push(row![
            self.diagnosis,
            seen.id,
            seen.patient_id,
            seen.note_id,
            term.id,
            "own",
            term.code.as_str(),
            term.term.as_str(),
            term.plain_name.as_str(),
            term.sensitive,
            sure,
            main,
            onset,
            if seen.is_drafted { "draft" } else { "signed" },
            seen.doctor,
            seen.doctor_name.as_str(),
            seen.at,
            signed
        ]);
    }

    fn procedure(&mut self, seen: &Seen) {
        let (code, outcome) = DONE[self.chance.below(DONE.len())];
        let Some(kind) = self.offered.get(code) else { return };
        self.procedure += 1;
        let done = (!seen.is_drafted).then_some(seen.at + TimeDelta::minutes(6));
        self.done.push(row![
            self.procedure,
            seen.id,
            seen.patient_id,
            seen.note_id,
            kind.id,
            kind.name.as_str(),
            kind.plain_name.as_str(),
            kind.price,
            false,
            false,
            "",
            if seen.is_drafted { "draft" } else { "done" },
            seen.doctor,
            seen.doctor_name.as_str(),
            seen.at,
            done.map(|_| NURSE.0),
            if done.is_some() { NURSE.1 } else { "" },
            done,
            if done.is_some() { outcome } else { "" }
        ]);
    }
}

/// What was diagnosed ranks the search; what a procedure usually takes was used.
async fn count(filling: &mut Filling) -> Result<(), DbError> {
    sql("insert into diagnosis_use (account_id, code_id, uses, last_at)
         select recorded_by, code_id, count(*), max(signed_at) from diagnosis
         where code_id is not null and state = 'signed' group by recorded_by, code_id")
    .run(filling.tx().await?)
    .await?;
    sql("update diagnosis_code set uses = coalesce((select cast(sum(u.uses) as bigint) from diagnosis_use u
            where u.code_id = diagnosis_code.id), 0) where active")
    .run(filling.tx().await?)
    .await?;
    sql("insert into procedure_used (procedure_id, item, quantity, unit)
         select p.id, s.item, s.quantity, s.unit from visit_procedure p join procedure_supply s on s.kind_id = p.kind_id
         where p.state = 'done'")
    .run(filling.tx().await?)
    .await?;
    Ok(())
}
