//! What doctors wrote in the demo's visits, past and present, and what became of them. Which story a visit tells follows from
//! its id, so that diagnoses and prescriptions of the same visit fit the note.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::{Filling, row};
use crate::db::{DbError, Value, bulk, sql};

const NOTE: &[&str] = &[
    "visit_id",
    "patient_id",
    "author_id",
    "author_name",
    "kind",
    "state",
    "complaint",
    "history",
    "examination",
    "assessment",
    "plan",
    "follow_up",
    "advice",
    "started_at",
    "clinical_at",
    "saved_at",
    "signed_at",
];
const DISPOSITION: &[&str] =
    &["visit_id", "patient_id", "kind", "back_on", "decided_by", "decided_name", "decided_at"];
/// Visits that are read at once.
const BATCH: i64 = 5_000;
/// How many stories there are; a visit tells the one of its id's remainder.
const STORIES: i64 = 10;

/// Complaint, history, examination, assessment, plan, follow-up, advice.
type Story = [&'static str; 7];

const TOLD: [Story; STORIES as usize] = [
    [
        "Fever and headache for 3 days",
        "Chills in the evening, no cough, no painful urination. Took paracetamol twice.",
        "Looks tired, not pale, no jaundice. Neck soft. Chest clear, abdomen soft, spleen not felt.",
        "Malaria, uncomplicated",
        "Malaria test positive. Artemether-lumefantrine for 3 days, paracetamol when needed.",
        "After 3 days if the fever is not gone.",
        "Take the malaria tablets with food for the full 3 days. Drink a lot. Come back at once if you vomit everything or feel confused.",
    ],
    [
        "Runny nose and cough since the weekend",
        "Mild sore throat, no fever, not short of breath. Roommate has the same.",
        "Throat slightly red, no pus. Ears and chest normal.",
        "Common cold",
        "Rest and fluids. No antibiotic.",
        "Only if it is not better after a week.",
        "A cold goes away by itself within about a week. Come back if you are short of breath or the fever lasts more than 3 days.",
    ],
    [
        "Burning pain in the upper belly, worse before meals",
        "For 2 months, more in examination weeks. No vomiting of blood, no black stool. Takes ibuprofen for headaches.",
        "Tender over the stomach, no guarding. Not pale.",
        "Gastritis, probably from ibuprofen",
        "Stop ibuprofen. Omeprazole for 4 weeks.",
        "In 4 weeks.",
        "Do not take ibuprofen or diclofenac. Eat at regular times. Come back at once if your stool turns black.",
    ],
    [
        "Sneezing and itchy eyes every morning",
        "For weeks, worse when the room is swept. No fever, not short of breath.",
        "Nose pale and swollen, eyes a little red. Chest clear, no wheeze.",
        "Allergic rhinitis",
        "Cetirizine once daily. Wash the bedding, keep dust low.",
        "Only if it is not better after two weeks.",
        "Take the tablet in the evening, it can make you sleepy. Come back if you wheeze or get short of breath.",
    ],
    [
        "Sore throat and fever since yesterday",
        "Swallowing hurts. No cough.",
        "Both tonsils large with white spots, neck glands tender.",
        "Acute tonsillitis",
        "Antibiotic for 10 days, paracetamol. Allergies asked.",
        "After 3 days if the fever is not gone.",
        "Finish the antibiotic even when you feel well. Come back at once if you cannot swallow or open your mouth.",
    ],
    [
        "Watery stool, 6 times since the night",
        "Ate at a party. Vomited twice. No blood.",
        "Mouth a little dry, skin fold normal. Abdomen soft.",
        "Acute gastroenteritis, mild dehydration",
        "Oral rehydration solution, zinc.",
        "Tomorrow if it has not eased.",
        "Drink a cup of the salt and sugar solution after each stool. Come back at once with blood in the stool or if you cannot keep fluids down.",
    ],
    [
        "Twisted the right ankle at football",
        "An hour ago, could walk four steps.",
        "Swollen below the outer ankle, bone not tender. Feeling and pulse normal.",
        "Ankle sprain, right",
        "Bandage, ice, ibuprofen. No X-ray needed.",
        "In a week if it still swells.",
        "Rest the leg and keep it up for two days, then walk as far as it does not hurt. No sport for 2 weeks.",
    ],
    [
        "Pain in the lower back for a week",
        "After long hours at the desk. Not down the legs, no fever, passes urine as always.",
        "Muscles beside the spine tight, bending hurts. Leg strength and feeling normal.",
        "Mechanical low back pain",
        "Ibuprofen for 5 days, movement, a better chair.",
        "If it is not better after 4 weeks.",
        "Keep moving, stand up every hour, lift with bent knees. Come back at once if a leg becomes weak or you cannot hold your urine.",
    ],
    [
        "Red, sticky eye since two days",
        "Began on the left, now both. Sees well, no pain in light. Roommate had it last week.",
        "Both eyes red with yellow discharge. Cornea clear, pupils and sight normal.",
        "Acute conjunctivitis",
        "Chloramphenicol eye drops for 5 days.",
        "After 3 days if it is not better.",
        "Wash your hands often and use your own towel. No contact lenses. Come back at once if the eye hurts or you see less.",
    ],
    [
        "Tired and out of breath on the stairs",
        "For about a month. Malaria twice this year. Eats little meat, no black stool.",
        "Pale inside of the lids. Heart and chest normal, no swelling.",
        "Iron deficiency anaemia",
        "Ferrous sulfate for 3 months, blood count after a month.",
        "In 4 weeks with the blood count.",
        "Take the tablet with fruit, not with tea. The stool turns dark, that is harmless. Come back at once if you faint or your heart races at rest.",
    ],
];

/// What was found in each story: its code, since when, and which course of medicines goes with it.
const FOUND: [(&str, &str, usize); STORIES as usize] = [
    ("B50.9", "3 days", 0),
    ("J00", "4 days", 1),
    ("K29.7", "2 months", 2),
    ("J30.4", "some weeks", 4),
    ("J03.9", "1 day", 6),
    ("A09.9", "last night", 3),
    ("S93.4", "today", 7),
    ("M54.5", "1 week", 7),
    ("H10.3", "2 days", 8),
    ("D50.9", "1 month", 9),
];

fn place(visit: i64) -> usize {
    usize::try_from(visit.rem_euclid(STORIES)).unwrap_or(0)
}

/// The story of a visit.
fn story(visit: i64) -> &'static Story {
    &TOLD[place(visit)]
}

/// What was found in a visit: code, since when, course of medicines.
pub(super) fn found(visit: i64) -> (&'static str, &'static str, usize) {
    FOUND[place(visit)]
}

#[derive(serde::Deserialize)]
struct Seen {
    id: i64,
    patient_id: i64,
    doctor: i64,
    name: String,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    is_wanted: bool,
}

/// Gives each consultation its signed note, and those under way the beginning of a draft; `outcomes` says what became of
/// each visit, too. Visits that have notes are left alone.
pub(super) async fn write(filling: &mut Filling, outcomes: bool) -> Result<(), DbError> {
    let mut after: i64 =
        sql("select coalesce(max(visit_id), 0) from note").scalar(filling.tx().await?).await?;
    loop {
        let seen: Vec<Seen> = sql("select v.id, v.patient_id, e.served_by as doctor, trim(a.title || ' ' || a.name) as name,
                e.started_at, e.ended_at, v.closed_at, e.state in ('done', 'transferred', 'in_service') as is_wanted
             from (select id, patient_id, closed_at, (select min(f.id) from queue_entry f
                        join service_point p on p.id = f.point_id
                        where f.visit_id = visit.id and p.kind = 'consulting' and f.started_at is not null) as entry_id
                    from visit where id > $1 order by id limit $2) v
             join queue_entry e on e.id = v.entry_id
             join account a on a.id = e.served_by order by v.id")
        .bind(after)
        .bind(BATCH)
        .all(filling.tx().await?)
        .await?;
        let last: Option<i64> =
            sql("select max(id) from (select id from visit where id > $1 order by id limit $2) v")
                .bind(after)
                .bind(BATCH)
                .scalar(filling.tx().await?)
                .await?;
        let Some(last) = last else { break };
        after = last;
        let (mut notes, mut dispositions) = (Vec::new(), Vec::new());
        for one in seen.iter().filter(|one| one.is_wanted) {
            notes.push(note(one));
            if outcomes && one.ended_at.is_some() {
                dispositions.push(outcome(one));
            }
        }
        filling.put("note", NOTE, notes).await?;
        filling.put("disposition", DISPOSITION, dispositions).await?;
        filling.step("notes", usize::try_from(after).unwrap_or(0)).await?;
    }
    bulk::follow_ids(filling.tx().await?, "note").await
}

fn note(seen: &Seen) -> Vec<Value> {
    let [complaint, history, examination, assessment, plan, follow_up, advice] = *story(seen.id);
    let Some(ended) = seen.ended_at else {
        let at = seen.started_at + TimeDelta::seconds(90);
        return row![
            seen.id,
            seen.patient_id,
            seen.doctor,
            seen.name.as_str(),
            "consultation",
            "draft",
            complaint,
            history,
            "",
            "",
            "",
            "",
            "",
            seen.started_at,
            seen.started_at,
            at,
            None::<DateTime<Utc>>
        ];
    };
    let signed = seen.closed_at.map_or(ended, |closed| ended.min(closed)).max(seen.started_at);
    row![
        seen.id,
        seen.patient_id,
        seen.doctor,
        seen.name.as_str(),
        "consultation",
        "signed",
        complaint,
        history,
        examination,
        assessment,
        plan,
        follow_up,
        advice,
        seen.started_at,
        seen.started_at,
        signed,
        Some(signed)
    ]
}

/// Every tenth is referred, every third comes back, everybody else goes home.
fn outcome(seen: &Seen) -> Vec<Value> {
    let kind = match (seen.id % 10, seen.id % 3) {
        (7, _) => "referred",
        (_, 0) => "follow_up",
        _ => "home",
    };
    let ended = seen.ended_at.unwrap_or(seen.started_at);
    let at = seen.closed_at.map_or(ended, |closed| ended.min(closed));
    let back = (kind == "follow_up").then(|| seen.started_at.date_naive() + Days::new(14));
    row![seen.id, seen.patient_id, kind, back, seen.doctor, seen.name.as_str(), at]
}

const VISIT: &[&str] = &[
    "id",
    "patient_id",
    "day",
    "series",
    "number",
    "token",
    "slip_code",
    "opened_at",
    "closed_at",
    "close_reason",
];
const ENTRY: &[&str] = &[
    "id",
    "visit_id",
    "patient_id",
    "point_id",
    "day",
    "state",
    "arrived_at",
    "entered_at",
    "room_id",
    "served_by",
    "called_at",
    "started_at",
    "ended_at",
    "call_count",
];
/// The consulting point of the demo, and its doctors.
const CONSULTING: i64 = 3;
const ROOM: i64 = 4;
const DOCTORS: [i64; 3] = [4, 8, 9];
/// Days between the visits of whoever comes often, and how many there are.
const OFTEN: (u64, u64) = (5, 300);

/// Earlier visits of the student who is shown, and of one who comes very often.
pub(super) async fn often(filling: &mut Filling) -> Result<(), DbError> {
    let quiet = filling.today - Days::new(OFTEN.0);
    let tx = filling.tx().await?;
    let most: i64 = sql("select coalesce(max(id), 0) from visit").scalar(&mut *tx).await?;
    // Visits of one patient have ids in the order of their days, so that what was measured last stands last.
    let often: Option<(i64,)> = sql("select patient_id from visit where patient_id > 1 group by patient_id
            having max(day) < $1 order by patient_id limit 1")
    .bind(quiet)
    .optional(&mut *tx)
    .await?;
    let last: i64 = sql("select coalesce(max(id), 0) from queue_entry").scalar(&mut *tx).await?;
    let mut visits = Vec::new();
    let mut entries = Vec::new();
    let mut numbers = std::collections::BTreeMap::new();
    for (patient, count, apart) in [(Some(1), 4, 37), (often.map(|(id,)| id), OFTEN.1, OFTEN.0)] {
        let Some(patient) = patient else { continue };
        let been: Vec<NaiveDate> = sql("select day from visit where patient_id = $1")
            .bind(patient)
            .scalars(filling.tx().await?)
            .await?;
        let back = (1..).map(|back| filling.today - Days::new(back * apart));
        let free = back.filter(|day| !been.contains(day)).take(usize::try_from(count).unwrap_or(0));
        let days: Vec<NaiveDate> = free.collect();
        for day in days.into_iter().rev() {
            let place = visits.len() as i64 + 1;
            let id = most + place;
            // Tokens of a day count from one.
            let number = numbers.entry(day).and_modify(|last| *last += 1).or_insert(1_i64);
            let time = NaiveTime::from_hms_opt(9, 30, 0).unwrap_or_default();
            let opened = filling.clinic.instant(day, time).unwrap_or(filling.now - Days::new(apart));
            let doctor = DOCTORS[usize::try_from(id.rem_euclid(3)).unwrap_or(0)];
            let [called, started, ended] = [12, 14, 26].map(|minutes| opened + TimeDelta::minutes(minutes));
            let token = format!("B{number:03}");
            visits.push(row![
                id,
                patient,
                day,
                "B",
                *number,
                token,
                format!("{id:032x}"),
                opened,
                ended,
                "finished"
            ]);
            entries.push(row![
                last + place,
                id,
                patient,
                CONSULTING,
                day,
                "done",
                opened,
                opened,
                ROOM,
                doctor,
                called,
                started,
                ended,
                1_i64
            ]);
        }
    }
    filling.put("visit", VISIT, visits).await?;
    filling.put("queue_entry", ENTRY, entries).await?;
    for table in ["visit", "queue_entry"] {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    Ok(())
}
