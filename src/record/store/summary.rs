//! What stands at the top of every clinical page, in one statement: who this is, and all that holds now.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::record::model::{
    Allergy, AllergyId, AllergyState, Certainty, Entry, EntryId, EntryState, Severity, Stated, Summary, Who,
};

/// One thing that holds now, beside whom it is about; without one where nothing is recorded.
#[derive(Debug, Clone, serde::Deserialize)]
struct Line {
    who: Who,
    /// `allergy`, `none`, `told`, `entry`, `vitals`.
    part: Option<String>,
    item_id: Option<i64>,
    kind: Option<String>,
    code: Option<String>,
    words: Option<String>,
    reaction: Option<String>,
    severity: Option<String>,
    source: Option<String>,
    since: Option<String>,
    until_on: Option<NaiveDate>,
    note: Option<String>,
    shared: Option<bool>,
    everyone: Option<bool>,
    recorded_name: Option<String>,
    recorded_at: Option<DateTime<Utc>>,
}

/// Everything that holds now. Without `clinical` only the alerts that are marked for everyone leave the database.
pub async fn summary(
    store: impl Store,
    patient: PatientId,
    clinical: bool,
) -> Result<Option<Summary>, DbError> {
    let lines = lines(store, patient, clinical).await?;
    let Some(first) = lines.first() else { return Ok(None) };
    let who = first.who.clone();
    let mut summary = Summary {
        who,
        clinical,
        allergies: Vec::new(),
        none: None,
        answered: String::new(),
        entries: Vec::new(),
        pregnant_said: None,
    };
    for line in lines {
        line.into(&mut summary);
    }
    let badness = |allergy: &Allergy| match allergy.severity {
        Severity::Severe => 0,
        Severity::Moderate => 1,
        Severity::Unknown => 2,
        Severity::Mild => 3,
    };
    summary.allergies.sort_by_key(badness);
    Ok(Some(summary))
}

impl Line {
    /// Files the thing where it belongs. A word that this version does not know is shown all the same.
    fn into(self, summary: &mut Summary) {
        let (Some(part), Some(id), Some(at)) = (self.part, self.item_id, self.recorded_at) else { return };
        let (kind, name) = (self.kind.unwrap_or_default(), self.recorded_name.unwrap_or_default());
        let (code, words) = (self.code.unwrap_or_default(), self.words.unwrap_or_default());
        let (since, note) = (self.since.unwrap_or_default(), self.note.unwrap_or_default());
        let source = self.source.unwrap_or_default();
        match (part.as_str(), kind.parse(), kind.parse()) {
            ("allergy", Ok(kind), _) => summary.allergies.push(Allergy {
                id: AllergyId(id),
                patient_id: self.who.patient_id,
                kind,
                code,
                substance: words,
                reaction: self.reaction.unwrap_or_default(),
                severity: self.severity.and_then(|word| word.parse().ok()).unwrap_or(Severity::Unknown),
                certainty: source.parse().unwrap_or(Certainty::Told),
                since,
                note,
                state: AllergyState::Active,
                reason: String::new(),
                recorded_name: name,
                recorded_at: at,
            }),
            ("entry", _, Ok(kind)) => summary.entries.push(Entry {
                id: EntryId(id),
                patient_id: self.who.patient_id,
                kind,
                code,
                words,
                since,
                until_on: self.until_on,
                note,
                source,
                shared: self.shared.unwrap_or_default(),
                everyone: self.everyone.unwrap_or_default(),
                state: EntryState::Active,
                reason: String::new(),
                recorded_name: name,
                recorded_at: at,
            }),
            ("none", _, _) => summary.none = Some(Stated { name, at }),
            ("told", _, _) => summary.answered = words,
            ("vitals", _, _) => summary.pregnant_said = (words == "yes").then_some(at),
            _ => {}
        }
    }
}

async fn lines(store: impl Store, patient: PatientId, clinical: bool) -> Result<Vec<Line>, DbError> {
    sql("select p.id as patient_id, trim(p.given_names || ' ' || p.family_name) as name, p.sex, p.born_on, p.number,
            p.matric_number, p.phone, p.state as patient_state,
            case when $2 then p.allergies_told else '' end as allergies_told,
            case when $2 then p.conditions_told else '' end as conditions_told,
            case when $2 then p.blood_group else '' end as blood_group,
            case when $2 then p.genotype else '' end as genotype,
            case when $2 then coalesce(h.blood_group, '') else '' end as lab_blood_group,
            case when $2 then coalesce(h.genotype, '') else '' end as lab_genotype,
            i.part, i.item_id, i.kind, i.code, i.words, i.reaction, i.severity, i.source, i.since, i.until_on, i.note,
            i.shared, i.everyone, i.recorded_name, i.recorded_at
         from patient p left join health_record h on h.patient_id = p.id left join (
            select a.patient_id, 'allergy' as part, a.id as item_id, a.kind, a.code, a.substance as words, a.reaction,
                a.severity, a.certainty as source, a.since, cast(null as date) as until_on, a.note, false as shared,
                false as everyone, a.recorded_name, a.recorded_at
            from allergy a where a.patient_id = $1 and $2 and a.state = 'active'
                and not exists (select 1 from allergy later where later.replaces_id = a.id)
            union all
            select n.patient_id, 'none', n.id, '', '', '', '', '', '', '', cast(null as date), '', false, false,
                n.recorded_name, n.recorded_at
            from allergy_none n where n.patient_id = $1 and $2 and n.state = 'stated'
                and n.id = (select max(latest.id) from allergy_none latest where latest.patient_id = $1)
            union all
            select t.patient_id, 'told', t.id, '', '', t.told, '', '', '', '', cast(null as date), '', false, false,
                t.recorded_name, t.recorded_at
            from told_answer t where t.patient_id = $1 and $2
                and t.id = (select max(latest.id) from told_answer latest where latest.patient_id = $1)
            union all
            select e.patient_id, 'entry', e.id, e.kind, e.code, e.words, '', '', e.source, e.since, e.until_on, e.note,
                e.shared, e.everyone, e.recorded_name, e.recorded_at
            from health_entry e where e.patient_id = $1 and ($2 or e.everyone) and e.state = 'active'
                and not exists (select 1 from health_entry later where later.replaces_id = e.id)
            union all
            select v.patient_id, 'vitals', v.id, '', '', case when v.pregnant then 'yes' else 'no' end, '', '', '', '',
                cast(null as date), '', false, false, '', coalesce(v.pregnant_since, v.taken_at)
            from vitals v where $2 and v.id = (select w.id from vitals w where w.patient_id = $1
                and w.pregnant is not null and not exists (select 1 from vitals later where later.replaces = w.id)
                order by w.taken_at desc, w.id desc limit 1)
         ) i on i.patient_id = p.id
         where p.id = $1 order by i.part, i.item_id")
    .bind(patient)
    .bind(clinical)
    .all(store)
    .await
}
