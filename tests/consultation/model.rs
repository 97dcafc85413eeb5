//! Both databases keep notes alike (P18): the same random steps of two doctors and a nurse, each at two windows, go to a
//! clinic on each and to a model of rules V2, V3 and R8; what people are told, how every note stands after each step, and the
//! trail are the same everywhere.

use std::collections::BTreeMap;

use infirmary::access::model::{AccountId, Role};
use infirmary::consultation::model::{NoteId, NoteKind, NoteState};
use infirmary::db::sql;
use infirmary::queue::model::VisitId;
use infirmary::web::paths::consultation as paths;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::expected::{Answer, Model, Note, PEOPLE, WHY};
use crate::support::{Browser, Clinic, Seen, dice};

const SEQUENCES: usize = 200;
const STEPS: usize = 8;

/// Whose window: each person has two.
pub type Window = (usize, usize);
/// A complaint and a plan.
pub type Typed = (&'static str, &'static str);

/// What somebody tries. Notes are named by their place in the visit, for ids differ between databases.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Open(Window),
    Save(Window, Typed),
    /// The script saves, or a saving of it comes late.
    ByItself(Window, Typed, bool),
    Sign(Window, Typed),
    TakeOver(Window, Typed),
    /// Finishing: whether she says what becomes of the visit, and sets the notes of others aside.
    Finish(Window, Typed, bool, bool),
    Discard(usize, usize),
    /// An addendum: a new text, or what was begun as a draft.
    Add(usize, usize, Typed, bool),
    Fault(usize, usize, &'static str),
}

impl Step {
    /// Who does it.
    pub fn who(self) -> usize {
        match self {
            Step::Open((who, _))
            | Step::Save((who, _), _)
            | Step::ByItself((who, _), ..)
            | Step::Finish((who, _), ..)
            | Step::Sign((who, _), _)
            | Step::TakeOver((who, _), _)
            | Step::Discard(who, _)
            | Step::Add(who, ..)
            | Step::Fault(who, ..) => who,
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        format!("{self:?}").split('(').next().unwrap_or_default().to_owned()
    }
}

/// The doctors do most of it; a text may be missing, or not be finished.
fn any(dice: &mut StdRng, model: &Model) -> Step {
    let who = [0, 0, 0, 1, 1, 2][dice.random_range(0..6)];
    let at = (who, dice.random_range(0..2));
    let complaint = ["Fever", "Fever", "Cough", "Fever and cough", "", "Ear ___"].choose(dice).unwrap();
    let text = (*complaint, ["", "Rest"][dice.random_range(0..2)]);
    let kind = dice.random_range(0..19);
    if kind > 15 {
        // Whoever has nothing unsigned gets to the end more often.
        let text = if model.draft_of(who).is_some() { text } else { ("", "") };
        return Step::Finish(at, text, dice.random_bool(0.8), dice.random_bool(0.5));
    }
    if model.notes.is_empty() && kind > 11 {
        return Step::Save(at, text);
    }
    let on = dice.random_range(0..model.notes.len().max(1));
    match kind {
        0..=2 => Step::Save(at, text),
        3..=5 => Step::ByItself(at, text, dice.random_bool(0.2)),
        6..=8 => Step::Sign(at, text),
        9 => Step::Open(at),
        10 | 11 => Step::TakeOver(at, text),
        12 => Step::Discard(who, on),
        13 | 14 => Step::Add(who, on, text, dice.random_bool(0.5)),
        _ => Step::Fault(who, on, [WHY, WHY, "No"][dice.random_range(0..3)]),
    }
}

/// One of the two clinics.
struct World {
    clinic: Clinic,
    people: [(AccountId, Browser); 3],
    visit: VisitId,
    ids: Vec<NoteId>,
}

impl World {
    async fn new(clinic: Clinic) -> Self {
        let (first, second) = (clinic.doctor_named(PEOPLE[0]).await, clinic.doctor_named(PEOPLE[1]).await);
        let nurse = clinic.signed_in(PEOPLE[2], &[Role::Nurse]).await;
        let id = sql("select max(id) from account").scalar(&clinic.app.db).await.unwrap();
        World { clinic, people: [first, second, (id, nurse)], visit: VisitId(0), ids: Vec::new() }
    }

    /// The next sequence has its own patient.
    async fn next(&mut self, number: usize) {
        self.visit = self.clinic.sits_with(self.people[0].0, &format!("Person N{number}")).await.visit;
        self.ids.clear();
    }

    /// What a browser sends for a step, from pages as the model knows them.
    async fn made(&self, step: Step, model: &Model, op: &str) -> Seen {
        let (visit, browser) = (self.visit, &self.people[step.who()].1);
        let typed =
            async |path: String, (who, at): (usize, usize), text: (&str, &str), turn: i64, step: &str| {
                let page = model.pages[who][at];
                let (version, turn) = (page.version.to_string(), turn.to_string());
                let (tab, op) = (page.tab(), format!("{op}-{step}"));
                let fields = [
                    ("op", op.as_str()),
                    ("version", version.as_str()),
                    ("tab", tab.as_str()),
                    ("turn", turn.as_str()),
                ];
                let text = [("complaint", text.0), ("plan", text.1), ("step", step)];
                self.people[who].1.post(&path, &[&fields[..], &text[..]].concat()).await
            };
        let turn = |at: (usize, usize)| model.pages[at.0][at.1].turn;
        match step {
            Step::Open(_) => browser.get(&paths::consult(visit)).await,
            Step::Save(at, text) => typed(paths::consult(visit), at, text, turn(at), "save").await,
            Step::Sign(at, text) => typed(paths::consult(visit), at, text, turn(at), "sign").await,
            Step::TakeOver(at, text) => typed(paths::takeover(visit), at, text, turn(at), "").await,
            Step::Finish(at, text, decides, aside) => {
                let page = model.pages[at.0][at.1];
                let (version, turn, tab) = (page.version.to_string(), page.turn.to_string(), page.tab());
                let fields = [
                    ("op", op),
                    ("version", version.as_str()),
                    ("tab", tab.as_str()),
                    ("turn", turn.as_str()),
                    ("complaint", text.0),
                    ("plan", text.1),
                    ("outcome", if decides { "home" } else { "" }),
                    ("aside", if aside { "yes" } else { "" }),
                    ("next", "home"),
                ];
                browser.post(&paths::completion(visit), &fields).await
            }
            Step::ByItself(at, text, late) => {
                typed(paths::draft(visit), at, text, turn(at) + i64::from(!late), "").await
            }
            Step::Discard(_, on) => browser.post(&paths::discard(self.ids[on]), &[("op", op)]).await,
            Step::Add(who, on, text, from_draft) => {
                let draft =
                    model.draft_of(who).filter(|_| from_draft).map(|draft| self.ids[draft].to_string());
                let draft = draft.unwrap_or_default();
                let fields = [("op", op), ("tab", "the-addendum"), ("draft", draft.as_str())];
                let text = [("reason", WHY), ("complaint", text.0), ("plan", text.1)];
                browser.post(&paths::addendum(self.ids[on]), &[fields, text].concat()).await
            }
            Step::Fault(_, on, why) => {
                browser.post(&paths::error(self.ids[on]), &[("op", op), ("reason", why)]).await
            }
        }
    }

    /// How every note of the visit stands.
    async fn notes(&mut self) -> Vec<Note> {
        let rows: Vec<Row> = sql(
            "select id, author_id, kind, state, complaint, plan, tab, turn, version, set_aside_by, amends_id,
                    reason, ended_by, ended_reason from note where visit_id = $1 order by id",
        )
        .bind(self.visit)
        .all(&self.clinic.app.db)
        .await
        .unwrap();
        self.ids = rows.iter().map(|row| row.id).collect();
        let person = |id: AccountId| self.people.iter().position(|(own, _)| *own == id).unwrap();
        let place = |id: NoteId| self.ids.iter().position(|own| *own == id).unwrap();
        let note = |row: Row| Note {
            author: person(row.author_id),
            kind: row.kind,
            state: row.state,
            text: (row.complaint, row.plan),
            tab: row.tab,
            turn: row.turn,
            version: row.version,
            aside: row.set_aside_by.map(person),
            amends: row.amends_id.map(|id| (place(id), row.reason)),
            ended: row.ended_by.map(|id| (person(id), row.ended_reason)),
        };
        rows.into_iter().map(note).collect()
    }

    /// What somebody reads in the visit in the end.
    async fn read(&self, who: usize) -> Vec<String> {
        let page = self.people[who].1.get(&paths::consult(self.visit)).await;
        page.texts("#signed, #told, #saved, #complaint, #plan")
    }

    async fn trail(&self) -> BTreeMap<String, i64> {
        let rows: Vec<(String, i64)> = sql(
            "select action, count(*) from audit_entry where action like 'note.%' and action <> 'note.opened'
                    or action = 'visit.taken_over' group by action",
        )
        .all(&self.clinic.app.db)
        .await
        .unwrap();
        rows.into_iter().collect()
    }
}

#[derive(serde::Deserialize)]
struct Row {
    id: NoteId,
    author_id: AccountId,
    kind: NoteKind,
    state: NoteState,
    complaint: String,
    plan: String,
    tab: String,
    turn: i64,
    version: i64,
    set_aside_by: Option<AccountId>,
    amends_id: Option<NoteId>,
    reason: String,
    ended_by: Option<AccountId>,
    ended_reason: String,
}

/// What a person is told: the status, the version that the page or the script goes on with, and every word.
fn told(seen: &Seen) -> (u16, Option<i64>, String) {
    if let Ok(answer) = serde_json::from_str::<serde_json::Value>(&seen.body) {
        let words = format!("{} {}", answer["words"], answer["more"]);
        return (seen.status, answer["version"].as_i64(), words);
    }
    // Not looked up by its selector: reading a page takes longer than all else here.
    let version =
        seen.body.split_once("name=\"version\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let version = version.and_then(|(version, _)| version.parse().ok());
    let words = seen.texts(".plain main > p, #error-summary li, #conflict, #told").join(" ");
    (seen.status, version, words)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p18_both_databases_keep_notes_as_the_rules_say_over_two_hundred_sequences() {
    let Some(postgres) = Clinic::on_postgres().await else { return };
    let mut worlds = [World::new(Clinic::on_sqlite().await).await, World::new(postgres).await];
    let (seed, mut dice) = dice();
    let mut model = Model::default();
    let mut came: BTreeMap<(String, u16), usize> = BTreeMap::new();
    for sequence in 0..SEQUENCES {
        model.begin();
        for world in &mut worlds {
            world.next(sequence).await;
        }
        for number in 0..STEPS {
            let step = any(&mut dice, &model);
            let before = model.clone();
            let Answer { status, version, words } = model.answers(step);
            let whole =
                format!("seed {seed}, sequence {sequence}, step {number}: {step:?}, before {before:?}");
            let op = format!("note-step-{sequence:04}-{number:02}");
            let [sqlite, postgres] = &mut worlds;
            let (one, other) =
                tokio::join!(sqlite.made(step, &before, &op), postgres.made(step, &before, &op));
            let (one, other) = (told(&one), told(&other));
            assert_eq!(one, other, "{whole}");
            assert_eq!((one.0, version.and(one.1)), (status, version), "{whole}: {}", one.2);
            assert!(one.2.contains(words.as_str()), "{whole}: {words} is not in {}", one.2);
            let (one, other) = tokio::join!(sqlite.notes(), postgres.notes());
            assert_eq!(one, model.notes, "{whole}: SQLite");
            assert_eq!(other, model.notes, "{whole}: PostgreSQL");
            *came.entry((step.name(), status)).or_insert(0) += 1;
        }
        // Reading a page takes longer than a step.
        if sequence.is_multiple_of(5) {
            let ([sqlite, postgres], who) = (&worlds, sequence / 5 % 3);
            let (one, other) = tokio::join!(sqlite.read(who), postgres.read(who));
            assert_eq!(one, other, "seed {seed}, sequence {sequence}: {model:?}");
        }
    }
    for world in &worlds {
        assert_eq!(world.trail().await, model.trail, "seed {seed}: the trail");
    }
    eprintln!("{came:?}");
    assert!(came.len() >= 24, "seed {seed}: some answers never came: {came:?}");
    assert!(
        came.contains_key(&("Finish".to_owned(), 303)),
        "seed {seed}: no visit came to its end: {came:?}"
    );
}
